// SPDX-License-Identifier: Apache-2.0

use crate::ffi;
use std::ffi::NulError;
use std::fmt;
use std::time::Duration;

/// The kind of an [`Error`]: one of the constants, or one of a later libdora.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code(u32);

impl Code {
    pub const INVALID_ARGUMENT: Code = Code(1);
    pub const BAD_REQUEST: Code = Code(2);
    pub const UNAUTHENTICATED: Code = Code(3);
    pub const FORBIDDEN: Code = Code(4);
    pub const NOT_FOUND: Code = Code(5);
    pub const RATE_LIMITED: Code = Code(6);
    pub const SERVER: Code = Code(7);
    pub const HTTP: Code = Code(8);
    pub const CONNECTION: Code = Code(9);
    pub const TLS: Code = Code(10);
    pub const TIMEOUT: Code = Code(11);
    pub const CANCELLED: Code = Code(12);
    pub const RESPONSE_TOO_LARGE: Code = Code(13);
    pub const MALFORMED_RESPONSE: Code = Code(14);
    pub const INTERNAL: Code = Code(15);
}

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub code: Code,
    pub message: String,
    /// `None` if no response came back.
    pub http_status: Option<u16>,
    /// Whether the same call may succeed later.
    pub is_retryable: bool,
    /// What the server asked to wait.
    pub retry_after: Option<Duration>,
}

impl Error {
    pub(crate) unsafe fn take(error: *mut ffi::dora_error) -> Error {
        let status = ffi::dora_response_status(ffi::dora_error_response(error));
        let retry_after_ms = ffi::dora_error_retry_after_ms(error);
        let taken = Error {
            code: Code(ffi::dora_error_get_code(error)),
            message: crate::text(ffi::dora_error_message(error)).unwrap_or_default(),
            http_status: u16::try_from(status).ok().filter(|&status| status != 0),
            is_retryable: ffi::dora_error_is_retryable(error),
            retry_after: u64::try_from(retry_after_ms).ok().map(Duration::from_millis),
        };
        ffi::dora_error_free(error);
        taken
    }
}

impl From<NulError> for Error {
    /// C would cut such a text short.
    fn from(_: NulError) -> Error {
        Error {
            code: Code::INVALID_ARGUMENT,
            message: "a text holds a NUL; give one without".to_owned(),
            http_status: None,
            is_retryable: false,
            retry_after: None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
