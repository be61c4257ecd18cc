// SPDX-License-Identifier: Apache-2.0

import dora.Client;
import dora.DoraException;
import dora.Failure;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * Fetches an incident event and prints it.
 *
 * <pre>GetFailure [--base-url URL] [--ca-file FILE] [--] FAILURE_ID</pre>
 *
 * The keys and the site come from the environment: DD_API_KEY, DD_APP_KEY, DD_SITE.
 * Exit status: 0 for an event, 1 for a failure, 2 for wrong usage.
 *
 * <pre>
 * javac -cp /usr/share/java/jna.jar -d .build GetFailure.java dora/*.java
 * java -cp .build:/usr/share/java/jna.jar GetFailure FAILURE_ID
 * </pre>
 */
public final class GetFailure {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] arguments) {
        String baseUrl = null;
        String caFile = null;
        int i = 0;
        for (; i + 1 < arguments.length; i += 2) {
            if (arguments[i].equals("--base-url")) {
                baseUrl = arguments[i + 1];
            } else if (arguments[i].equals("--ca-file")) {
                caFile = arguments[i + 1];
            } else {
                break;
            }
        }
        boolean isEndOfOptions = i < arguments.length && arguments[i].equals("--");
        i += isEndOfOptions ? 1 : 0;
        if (arguments.length - i != 1 || (!isEndOfOptions && arguments[i].startsWith("--"))) {
            System.err.println("usage: get_failure [--base-url URL] [--ca-file FILE] [--] FAILURE_ID");
            System.exit(2);
        }
        try (Client client = new Client(baseUrl, caFile, null)) {
            print(client.getFailure(arguments[i]));
        } catch (DoraException | InterruptedException e) {
            System.err.println("get_failure: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void print(Failure failure) {
        String severity = failure.severity() == null ? "" : " (" + failure.severity() + ")";
        OUT.println((failure.name() == null ? "(no name)" : failure.name()) + severity);
        print("id", failure.id());
        print("services", failure.services());
        print("environment", failure.env());
        print("team", failure.team());
        print("version", failure.version());
        print("started", failure.startedAt());
        print("finished", failure.finishedAt());
        if (failure.startedAt() != null && failure.finishedAt() != null) {
            print(Duration.between(failure.startedAt(), failure.finishedAt()));
        }
        print("commit", failure.commitSha());
        print("repository", failure.repositoryUrl());
        print("tags", failure.customTags());
    }

    private static void print(String label, String text) {
        if (text != null) {
            OUT.printf("  %-12s %s%n", label, text);
        }
    }

    private static void print(String label, List<String> texts) {
        for (int i = 0; i < texts.size(); i++) {
            print(i == 0 ? label : "", texts.get(i));
        }
    }

    private static void print(String label, Instant time) {
        if (time != null) {
            String pattern = time.getNano() == 0 ? "uuuu-MM-dd HH:mm:ss 'UTC'" : "uuuu-MM-dd HH:mm:ss.nnnnnnnnn 'UTC'";
            print(label, DateTimeFormatter.ofPattern(pattern).withZone(ZoneOffset.UTC).format(time));
        }
    }

    private static void print(Duration duration) {
        if (!duration.isNegative()) {
            String hours = duration.toHours() > 0 ? duration.toHours() + " h " : "";
            String minutes = duration.toMinutes() > 0 ? duration.toMinutesPart() + " min " : "";
            print("duration", hours + minutes + duration.toSecondsPart() + " s");
        }
    }
}
