// SPDX-License-Identifier: Apache-2.0
package dora;

import static dora.LibDora.C;

import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.Optional;

/** A call that failed; its message is for a person. */
public final class DoraException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final int httpStatus;
    private final boolean retryable;
    private final long retryAfterMs;

    /** Copies an error and frees it. */
    DoraException(Pointer error) {
        super(C.dora_error_message(error));
        code = C.dora_error_code_name(C.dora_error_get_code(error));
        httpStatus = C.dora_response_status(C.dora_error_response(error));
        retryable = C.dora_error_is_retryable(error) != 0;
        retryAfterMs = C.dora_error_retry_after_ms(error);
        C.dora_error_free(error);
    }

    /** The name of a DORA_ERROR_ constant: "rate_limited". */
    public String code() {
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
