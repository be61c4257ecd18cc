// SPDX-License-Identifier: Apache-2.0

import dora.Client;
import dora.DoraException;
import dora.Failure;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What a Java program sees of errors, and of a client that is closed; see test_other_languages.py. */
final class Lifetimes {
    private interface Call {
        void run() throws Exception;
    }

    private static <E extends Exception> E thrown(Class<E> type, Call call) {
        try {
            call.run();
        } catch (Exception e) {
            return type.cast(e);
        }
        throw new AssertionError("nothing was thrown");
    }

    private static String code(DoraException e) {
        return e.code().name().toLowerCase(java.util.Locale.ROOT);
    }

    public static void main(String[] arguments) throws Exception {
        Map<Client.Setting, String> settings =
                Map.of(Client.Setting.BASE_URL, arguments[0], Client.Setting.CA_FILE, arguments[1]);
        Client hasty = new Client(settings, Duration.ofMillis(300));
        DoraException e = thrown(DoraException.class, () -> hasty.getFailure("limited"));
        System.out.println(code(e) + " " + e.httpStatus() + " " + e.isRetryable() + " " + e.retryAfter().get().toMillis());
        System.out.println(code(thrown(DoraException.class, () -> hasty.getFailure("silent"))));

        Client client = new Client(settings, null);
        Failure failure = client.getFailure("documented");
        CompletableFuture<DoraException> cancelled = CompletableFuture.supplyAsync(
                () -> thrown(DoraException.class, () -> client.getFailure("silent")));
        Thread.sleep(200);
        client.close();
        System.out.println(code(cancelled.get()));
        System.out.println(failure.name() + " " + failure.startedAt().getEpochSecond() + "000000000");

        IllegalStateException afterClose =
                thrown(IllegalStateException.class, () -> client.getFailure("documented"));
        IllegalStateException closedTwice = thrown(IllegalStateException.class, client::close);
        System.out.println((afterClose != null) + " " + (closedTwice != null));
        System.out.println(thrown(IllegalArgumentException.class, () -> hasty.getFailure("documented\0")) != null);
        hasty.close();
    }
}
