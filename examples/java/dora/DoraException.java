// SPDX-License-Identifier: Apache-2.0
package dora;

import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.Optional;

/** A call that failed; its message is for a person. */
public final class DoraException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The kinds of errors, in the order of their numbers in dora.h. UNKNOWN is one of a later libdora. */
    public enum Code {
        UNKNOWN, INVALID_ARGUMENT, BAD_REQUEST, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, RATE_LIMITED, SERVER, HTTP,
        CONNECTION, TLS, TIMEOUT, CANCELLED, RESPONSE_TOO_LARGE, MALFORMED_RESPONSE, INTERNAL
    }

    private final Code code;
    private final int httpStatus;
    private final boolean retryable;
    private final long retryAfterMs;

    private DoraException(Pointer error) {
        super(LibDora.INSTANCE.dora_error_message(error));
        int number = LibDora.INSTANCE.dora_error_get_code(error);
        code = number < Code.values().length ? Code.values()[number] : Code.UNKNOWN;
        httpStatus = LibDora.INSTANCE.dora_response_status(LibDora.INSTANCE.dora_error_response(error));
        retryable = LibDora.INSTANCE.dora_error_is_retryable(error) != 0;
        retryAfterMs = LibDora.INSTANCE.dora_error_retry_after_ms(error);
    }

    /** Frees the error. */
    static DoraException take(Pointer error) {
        try {
            return new DoraException(error);
        } finally {
            LibDora.INSTANCE.dora_error_free(error);
        }
    }

    public Code code() {
        return code;
    }

    /** The status of the last response; 0 if none came back. */
    public int httpStatus() {
        return httpStatus;
    }

    /** Whether the same call may succeed later. */
    public boolean isRetryable() {
        return retryable;
    }

    /** What the server asked to wait. */
    public Optional<Duration> retryAfter() {
        return retryAfterMs < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(retryAfterMs));
    }
}
