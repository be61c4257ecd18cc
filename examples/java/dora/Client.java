// SPDX-License-Identifier: Apache-2.0
package dora;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Fetches incident events with libdora, for any number of threads at once. */
public final class Client implements AutoCloseable {
    private static final LibDora LIB = LibDora.INSTANCE;

    /** Read-locked by each call in progress. */
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private Pointer pointer;

    private Client(Pointer pointer) {
        this.pointer = pointer;
    }

    /** What is not set comes from the environment (DD_SITE, DD_API_KEY, DD_APP_KEY), or is the library's default. */
    public static Builder builder() {
        return new Builder();
    }

    /** Fetches one incident event and waits for it, retries included. */
    public Failure getFailure(String id) throws DoraException {
        requireText(id);
        lock.readLock().lock();
        try {
            PointerByReference error = new PointerByReference();
            Pointer failure = LIB.dora_get_failure(open(), id, error);
            if (failure == null) {
                throw DoraException.take(error.getValue());
            }
            return Failure.take(failure);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Ends every call in progress, in any thread, with {@link DoraException.Code#CANCELLED}. */
    public void cancel() {
        lock.readLock().lock();
        try {
            LIB.dora_client_cancel(open());
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Ends the calls in progress, waits for them and frees the client. */
    @Override
    public void close() {
        cancel();
        lock.writeLock().lock();
        try {
            LIB.dora_client_free(open());
            pointer = null;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private Pointer open() {
        if (pointer == null) {
            throw new IllegalStateException("the client is closed");
        }
        return pointer;
    }

    /** C would cut a text with a NUL short. */
    private static void requireText(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a text must not hold a NUL");
        }
    }

    /** The settings of a client. */
    public static final class Builder {
        private final List<Consumer<Pointer>> settings = new ArrayList<>();

        public Builder site(String site) {
            return set(LIB::dora_config_set_site, site);
        }

        public Builder apiKey(String apiKey) {
            return set(LIB::dora_config_set_api_key, apiKey);
        }

        public Builder appKey(String appKey) {
            return set(LIB::dora_config_set_app_key, appKey);
        }

        public Builder accessToken(String accessToken) {
            return set(LIB::dora_config_set_access_token, accessToken);
        }

        public Builder baseUrl(String baseUrl) {
            return set(LIB::dora_config_set_base_url, baseUrl);
        }

        public Builder caFile(String path) {
            return set(LIB::dora_config_set_ca_file, path);
        }

        /** The time of a whole call, retries included. */
        public Builder timeout(Duration timeout) {
            int milliseconds = Math.max(1, Math.toIntExact(timeout.toMillis()));
            settings.add(config -> LIB.dora_config_set_timeout_ms(config, milliseconds));
            return this;
        }

        public Client build() throws DoraException {
            Pointer config = LIB.dora_config_new();
            try {
                settings.forEach(setting -> setting.accept(config));
                PointerByReference error = new PointerByReference();
                Pointer client = LIB.dora_client_new(config, error);
                if (client == null) {
                    throw DoraException.take(error.getValue());
                }
                return new Client(client);
            } finally {
                LIB.dora_config_free(config);
            }
        }

        private Builder set(BiConsumer<Pointer, String> setter, String value) {
            requireText(value);
            settings.add(config -> setter.accept(config, value));
            return this;
        }
    }
}
