// SPDX-License-Identifier: Apache-2.0

//! Fetches DORA incident events from Datadog's API with libdora.

use std::ffi::{CStr, CString, NulError};
use std::os::raw::{c_char, c_int, c_void};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{fmt, ptr, slice};

// The pointers of dora.h: to an object, and to UTF-8 that ends in a NUL.
type Object = *mut c_void;
type Text = *const c_char;

/// Declares a function of dora.h with the types given, and calls it. With `try` the function
/// is one that can fail: the result is the object that it made, or the error.
macro_rules! call {
    (try $function:ident($($argument:expr => $type:ty),*)) => {{
        let error = &mut ptr::null_mut();
        let object = call!($function($($argument => $type,)* error => &mut Object) -> Object);
        (!object.is_null()).then_some(object).ok_or_else(|| Error::take(*error))
    }};
    ($function:ident($($argument:expr => $type:ty),*) $(-> $result:ty)?) => {{
        extern "C" { fn $function($(_: $type),*) $(-> $result)?; }
        $function($($argument),*)
    }};
}

/// Declares [`Options`], and `apply`, which copies those that are set to a configuration.
macro_rules! options {
    ($($field:ident = $set:ident, $meaning:literal;)*) => {
        /// The settings of a [`Client`]. `None` leaves one to the environment, else to libdora's default.
        #[derive(Clone, Default)]
        pub struct Options {
            $(#[doc = $meaning] pub $field: Option<String>,)*
            /// How long a call may take, retries included, in whole milliseconds, at least one. 60 s by default.
            pub timeout: Option<Duration>,
        }
        unsafe fn apply(config: Object, options: &Options) -> Result<(), Error> {
            $(if let Some(text) = &options.$field {
                let text = CString::new(text.as_str())?;
                call!($set(config => Object, text.as_ptr() => Text));
            })*
            if let Some(timeout) = options.timeout {
                let milliseconds = timeout.as_millis().try_into().unwrap_or(u32::MAX).max(1);
                call!(dora_config_set_timeout_ms(config => Object, milliseconds => u32));
            }
            Ok(())
        }
    };
}
options! {
    site = dora_config_set_site, "The Datadog site. `DD_SITE`, else datadoghq.com by default.";
    api_key = dora_config_set_api_key, "The API key. `DD_API_KEY` by default.";
    app_key = dora_config_set_app_key, "The application key. `DD_APP_KEY` by default.";
    access_token = dora_config_set_access_token, "A token in place of the keys. `DD_BEARER_TOKEN` by default.";
    base_url = dora_config_set_base_url, "The address to use in place of the site's.";
    ca_file = dora_config_set_ca_file, "A PEM file of the certificates to trust in place of the system's.";
}

/// Fetches incident events, for any number of threads at once.
pub struct Client(Object);

// dora.h: "A client serves any number of threads at once."
unsafe impl Send for Client {}
unsafe impl Sync for Client {}

impl Client {
    /// Makes a client and sends nothing yet. The error names the first setting that can't be used.
    pub fn new(options: &Options) -> Result<Client, Error> {
        unsafe {
            let config = call!(dora_config_new() -> Object);
            let client = apply(config, options).and_then(|()| call!(try dora_client_new(config => Object)));
            call!(dora_config_free(config => Object));
            client.map(Client)
        }
    }

    /// Fetches one incident event and waits for it, retries included.
    pub fn get_failure(&self, id: &str) -> Result<Failure, Error> {
        let id = CString::new(id)?;
        unsafe {
            let failure = call!(try dora_get_failure(self.0 => Object, id.as_ptr() => Text))?;
            Ok(Failure::take(failure))
        }
    }

    /// Ends every call that is in progress, in any thread, with [`Code::CANCELLED`]. Later calls work.
    pub fn cancel(&self) {
        unsafe { call!(dora_client_cancel(self.0 => Object)) };
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        unsafe { call!(dora_client_free(self.0 => Object)) };
    }
}

/// Declares a struct of what an object holds, and `take`, which copies all of it and frees the object.
macro_rules! facts {
    ($name:ident($object:ident), $free:ident, $about:literal;
     $($field:ident: $type:ty = $value:expr, $meaning:literal;)*) => {
        #[doc = $about]
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            $(#[doc = $meaning] pub $field: $type,)*
        }
        impl $name {
            unsafe fn take($object: Object) -> $name {
                let facts = $name { $($field: $value),* };
                call!($free($object => Object));
                facts
            }
        }
    };
}

/// Copies a text, a list of texts or a time from an object.
macro_rules! read {
    (text $function:ident($object:ident $(, $index:ident)?)) => {{
        let text = call!($function($object => Object $(, $index => usize)?) -> Text);
        (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
    }};
    (texts $function:ident($object:ident)) => {
        (0..).map_while(|index| read!(text $function($object, index))).collect()
    };
    (time $function:ident($object:ident)) => {{
        let unix_ns = &mut 0;
        let is_known = call!($function($object => Object, unix_ns => &mut i64) -> bool);
        let distance = Duration::from_nanos(unix_ns.unsigned_abs());
        is_known.then(|| if *unix_ns < 0 { UNIX_EPOCH - distance } else { UNIX_EPOCH + distance })
    }};
}

facts! {
    Failure(failure), dora_failure_free, "An incident event. What it does not carry is `None`, or empty.";
    id: Option<String> = read!(text dora_failure_id(failure)), "The event's id.";
    event_type: Option<String> = read!(text dora_failure_type(failure)), "The type: `dora_failure`.";
    name: Option<String> = read!(text dora_failure_name(failure)), "The incident's name.";
    services: Vec<String> = read!(texts dora_failure_service(failure)), "The services that it hit.";
    env: Option<String> = read!(text dora_failure_env(failure)), "The environment that it hit.";
    severity: Option<String> = read!(text dora_failure_severity(failure)), "How severe it was.";
    team: Option<String> = read!(text dora_failure_team(failure)), "The team in charge.";
    version: Option<String> = read!(text dora_failure_version(failure)), "The version that was deployed.";
    started_at: Option<SystemTime> = read!(time dora_failure_started_at(failure)), "The start, exactly.";
    finished_at: Option<SystemTime> = read!(time dora_failure_finished_at(failure)), "The end, exactly.";
    git_commit_sha: Option<String> = read!(text dora_failure_git_commit_sha(failure)), "The commit that failed.";
    git_repository_url: Option<String> = read!(text dora_failure_git_repository_url(failure)), "The repository.";
    git_repository_id: Option<String> = read!(text dora_failure_git_repository_id(failure)), "The repository's id.";
    custom_tags: Vec<String> = read!(texts dora_failure_custom_tag(failure)), "The tags, `key:value`.";
    json: Vec<u8> = {
        let length = &mut 0;
        let json = call!(dora_failure_json(failure => Object, length => &mut usize) -> *const u8);
        slice::from_raw_parts(json, *length).to_vec()
    }, "The response body as it was received.";
}

facts! {
    Error(error), dora_error_free, "A call that failed.";
    code: Code = Code(call!(dora_error_get_code(error => Object) -> u32)), "The kind of the error.";
    message: String = read!(text dora_error_message(error)).unwrap_or_default(), "One line for a person.";
    http_status: Option<u16> = {
        let response = call!(dora_error_response(error => Object) -> Object);
        u16::try_from(call!(dora_response_status(response => Object) -> c_int)).ok().filter(|&code| code != 0)
    }, "The last response's status. `None` if no response came back.";
    is_retryable: bool = call!(dora_error_is_retryable(error => Object) -> bool), "Whether the call may succeed later.";
    retry_after: Option<Duration> = u64::try_from(call!(dora_error_retry_after_ms(error => Object) -> i64))
        .ok().map(Duration::from_millis), "What the server asked to wait, counted from the response.";
}

impl From<NulError> for Error {
    fn from(_: NulError) -> Error {
        let (code, message) = (Code::INVALID_ARGUMENT, "a text holds a NUL; give one without".to_owned());
        Error { code, message, http_status: None, is_retryable: false, retry_after: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}
impl std::error::Error for Error {}

/// The kind of an [`Error`]: one of the constants, which dora.h explains, or one of a later libdora.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code(u32);

macro_rules! codes {
    ($($name:ident = $number:literal),*) => {
        impl Code {
            $(#[doc = concat!("DORA_ERROR_", stringify!($name))] pub const $name: Code = Code($number);)*
        }
    };
}
codes! {
    INVALID_ARGUMENT = 1, BAD_REQUEST = 2, UNAUTHENTICATED = 3, FORBIDDEN = 4, NOT_FOUND = 5,
    RATE_LIMITED = 6, SERVER = 7, HTTP = 8, CONNECTION = 9, TLS = 10, TIMEOUT = 11, CANCELLED = 12,
    RESPONSE_TOO_LARGE = 13, MALFORMED_RESPONSE = 14, INTERNAL = 15
}
