// SPDX-License-Identifier: Apache-2.0
package dora;

import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Fetches incident events, for any number of threads at once. Once closed, it throws IllegalStateException. */
public final class Client implements AutoCloseable {
    /** The texts. What is not set comes from the environment (DD_SITE, ...) or is the default; null clears it. */
    public enum Setting { SITE, API_KEY, APP_KEY, ACCESS_TOKEN, BASE_URL, CA_FILE }

    private final AtomicInteger calls = new AtomicInteger();
    private volatile Pointer pointer;

    /** The timeout is for a whole call, retries included: whole milliseconds, at least 1, or null for the default. */
    public Client(Map<Setting, String> settings, Duration timeout) throws DoraException {
        Pointer config = LibDora.call(Pointer.class, "dora_config_new");
        try {
            settings.forEach((setting, text) -> LibDora.call(
                    Void.class, "dora_config_set_" + setting.name().toLowerCase(Locale.ROOT), config, text));
            if (timeout != null) {
                int milliseconds = Math.max(1, Math.toIntExact(timeout.toMillis()));
                LibDora.call(Void.class, "dora_config_set_timeout_ms", config, milliseconds);
            }
            pointer = LibDora.make("dora_client_new", config);
        } finally {
            LibDora.call(Void.class, "dora_config_free", config);
        }
    }

    /** Fetches one incident event and waits for it, retries included. A NUL in id is an IllegalArgumentException. */
    public Failure getFailure(String id) throws DoraException {
        open();
        calls.incrementAndGet();
        Pointer event = null;
        try {
            event = LibDora.make("dora_get_failure", open(), id); // close() may have come in between.
            return new Failure(event);
        } finally {
            LibDora.call(Void.class, "dora_failure_free", event);
            calls.decrementAndGet();
        }
    }

    /** Ends every call in progress, in any thread, with {@link DoraException.Code#CANCELLED}. */
    public synchronized void cancel() {
        LibDora.call(Void.class, "dora_client_cancel", open());
    }

    /** Ends the calls in progress as cancel() does, waits for them and frees the client. */
    @Override
    public synchronized void close() {
        Pointer client = open();
        pointer = null;
        // A call that saw the client open may begin only after a cancel: cancel until none is left.
        while (calls.get() > 0) {
            LibDora.call(Void.class, "dora_client_cancel", client);
            LockSupport.parkNanos(1_000_000);
        }
        LibDora.call(Void.class, "dora_client_free", client);
    }

    private Pointer open() {
        return Optional.ofNullable(pointer).orElseThrow(() -> new IllegalStateException("the client is closed"));
    }
}
