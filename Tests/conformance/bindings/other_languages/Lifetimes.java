// SPDX-License-Identifier: Apache-2.0

import dora.Client;
import dora.DoraException;
import dora.Failure;
import dora.Search;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What a Java program sees of errors, interrupted calls, searches, and of a client that is closed; see
 * test_other_languages.py. Arguments: base URL, CA file, and how many calls to interrupt.
 */
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

    /** A number of /proc/self/status. */
    private static long status(String name) throws Exception {
        String line = Files.lines(Path.of("/proc/self/status")).filter(each -> each.startsWith(name)).findFirst().get();
        return Long.parseLong(line.split("\\s+")[1]);
    }

    /** Interrupts calls that get no answer, 20 at once. */
    private static void interruptCalls(Client client, int count) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(20);
        for (int done = 0; done < count; done += 20) {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                calls.add(threads.submit(() -> {
                    Thread caller = Thread.currentThread();
                    CompletableFuture.delayedExecutor(10, java.util.concurrent.TimeUnit.MILLISECONDS)
                            .execute(caller::interrupt);
                    thrown(InterruptedException.class, () -> client.getFailure("silent"));
                }));
            }
            for (Future<?> call : calls) {
                call.get();
            }
        }
        threads.shutdown();
    }

    private static List<String> search(Client client) throws Exception {
        List<String> ids = new ArrayList<>();
        Search search = client.search("", null, Instant.MAX);
        for (Optional<Failure> next = search.next(); next.isPresent(); next = search.next()) {
            ids.add(next.get().id());
        }
        search.close();
        search.close();
        return ids;
    }

    public static void main(String[] arguments) throws Exception {
        Client hasty = new Client(arguments[0], null, Duration.ofMillis(300));
        DoraException e = thrown(DoraException.class, () -> hasty.getFailure("limited"));
        System.out.println(e.code() + " " + e.httpStatus() + " " + e.isRetryable() + " " + e.retryAfter().get().toMillis());
        System.out.println(thrown(DoraException.class, () -> hasty.getFailure("silent")).code());

        Client client = new Client(arguments[0], null, Duration.ofSeconds(Long.MAX_VALUE));
        List<String> ids = search(client);
        System.out.println(ids.size() + " " + ids.get(0) + " " + ids.get(ids.size() - 1));

        interruptCalls(client, 200);
        long threads = status("Threads:");
        long kilobytes = status("VmRSS:");
        interruptCalls(client, Integer.parseInt(arguments[2]));
        System.out.println("flat: " + (status("Threads:") <= threads + 25) + " " + (status("VmRSS:") < kilobytes + 65536));

        Failure failure = client.getFailure("documented");
        CompletableFuture<CancellationException> cancelled = CompletableFuture.supplyAsync(
                () -> thrown(CancellationException.class, () -> client.getFailure("silent")));
        Thread.sleep(200);
        long start = System.nanoTime();
        client.close();
        client.close();
        System.out.println("closed: " + (cancelled.get() != null) + " " + (System.nanoTime() - start < 5_000_000_000L));
        System.out.println(failure.name() + " " + failure.startedAt().getEpochSecond() + "000000000");
        System.out.println("refused: " + thrown(IllegalStateException.class, () -> client.getFailure("documented")).getMessage());
        System.out.println(thrown(IllegalArgumentException.class, () -> hasty.getFailure("documented\0")).getMessage());
        hasty.close();
    }
}
