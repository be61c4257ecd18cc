// SPDX-License-Identifier: Apache-2.0

import dora.Client;
import dora.DoraException;
import dora.Failure;
import dora.Search;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Prints the incident events that match a query, the newest first, a line for each.
 *
 * <pre>SearchFailures [QUERY [BASE_URL [CA_FILE]]]</pre>
 *
 * The keys and the site come from the environment. Exit status: 0, or 1 for an error.
 */
public final class SearchFailures {
    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        String query = arguments.length > 0 ? arguments[0] : "";
        String baseUrl = arguments.length > 1 ? arguments[1] : null;
        String caFile = arguments.length > 2 ? arguments[2] : null;
        try (Client client = new Client(baseUrl, caFile, null); Search search = client.search(query, null, null)) {
            for (Optional<Failure> next = search.next(); next.isPresent(); next = search.next()) {
                out.println(next.get().id() + ": " + next.get().name());
            }
        } catch (DoraException e) {
            System.err.println("search: " + e.getMessage());
            System.exit(1);
        }
    }
}
