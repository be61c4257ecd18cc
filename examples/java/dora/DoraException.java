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

    DoraException(Pointer error) {
        super(LibDora.call(String.class, "dora_error_message", error));
        int number = LibDora.call(Integer.class, "dora_error_get_code", error);
        code = number < Code.values().length ? Code.values()[number] : Code.UNKNOWN;
        Pointer response = LibDora.call(Pointer.class, "dora_error_response", error);
        httpStatus = LibDora.call(Integer.class, "dora_response_status", response);
        retryable = LibDora.call(Byte.class, "dora_error_is_retryable", error) != 0;
        retryAfterMs = LibDora.call(Long.class, "dora_error_retry_after_ms", error);
    }

    /** The kind of the error. */
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

    /** How long the server asked to wait, counted from its response. */
    public Optional<Duration> retryAfter() {
        return retryAfterMs < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(retryAfterMs));
    }
}
