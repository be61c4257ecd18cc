// SPDX-License-Identifier: Apache-2.0
package dora;

import static dora.LibDora.C;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;

/**
 * Fetches incident events, for any number of threads at once. Keys and site come from the environment:
 * DD_API_KEY, DD_APP_KEY, DD_SITE. An interrupt ends a call. A text with a NUL is an
 * IllegalArgumentException, use after close an IllegalStateException.
 */
public final class Client implements AutoCloseable {
    /** How long a native call may last that does not see interrupts. */
    static final long SLICE_MS = 50;
    private static final Duration LONGEST = Duration.ofMillis(0xFFFF_FFFFL);

    private final Pointer pointer;
    private boolean closed;
    /** The calls and searches, and the client itself until it is closed: the last one frees the pointer. */
    private int users = 1;

    /** Each may be null: libdora's default. The timeout is that of a whole call, retries included. */
    public Client(String baseUrl, String caFile, Duration timeout) throws DoraException {
        PointerByReference error = new PointerByReference();
        Pointer config = C.dora_config_new();
        try {
            if (baseUrl != null) {
                C.dora_config_set_base_url(config, text(baseUrl));
            }
            if (caFile != null) {
                C.dora_config_set_ca_file(config, text(caFile));
            }
            if (timeout != null) {
                Duration limit = timeout.compareTo(LONGEST) < 0 ? timeout : LONGEST;
                C.dora_config_set_timeout_ms(config, (int) Math.max(1, limit.toMillis()));
            }
            pointer = C.dora_client_new(config, error);
        } finally {
            C.dora_config_free(config);
        }
        if (pointer == null) {
            throw new DoraException(error.getValue());
        }
    }

    /** Fetches one incident event and waits for it, retries included. */
    public Failure getFailure(String id) throws DoraException, InterruptedException {
        text(id);
        PointerByReference error = new PointerByReference();
        Pointer queue = null;
        Pointer result = null;
        enter();
        try {
            queue = C.dora_queue_new(pointer, 1, error);
            if (C.dora_queue_add(queue, id, 0, error) == 0) {
                throw new DoraException(error.getValue());
            }
            do {
                goOn();
                result = C.dora_queue_next(queue, SLICE_MS);
            } while (result == null);
            Pointer failure = C.dora_result_take_failure(result);
            if (failure == null) {
                throw new DoraException(C.dora_result_take_error(result));
            }
            return Failure.take(failure);
        } finally {
            C.dora_result_free(result);
            C.dora_queue_free(queue);
            leave();
        }
    }

    /** The events with from <= startedAt < to that match the query, newest first; null is no bound, "" all. */
    public Search search(String query, Instant from, Instant to) throws DoraException {
        return new Search(this, pointer, text(query), from, to);
    }

    /** Ends the calls in progress with a CancellationException, and waits for none. Again: does nothing. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            leave();
        }
    }

    /** Each user ends with leave(). */
    synchronized void enter() {
        if (closed) {
            throw new IllegalStateException("the client is closed");
        }
        users++;
    }

    synchronized void leave() {
        if (--users == 0) {
            C.dora_client_free(pointer);
        }
    }

    /** To be called between two slices of a wait. */
    synchronized void goOn() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (closed) {
            throw new CancellationException("the client was closed");
        }
    }

    /** C would cut it at a NUL. */
    private static String text(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a text must not hold a NUL");
        }
        return text;
    }
}
