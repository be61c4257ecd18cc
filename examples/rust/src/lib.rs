// SPDX-License-Identifier: Apache-2.0

//! Fetches DORA incident events from Datadog's API with libdora. Keys and site come from the
//! environment: DD_API_KEY, DD_APP_KEY, DD_SITE.

use std::ffi::{CStr, CString, NulError};
use std::marker::PhantomData;
use std::os::raw::{c_char, c_int};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{fmt, ptr};

/// What this file uses of dora.h, in its order.
#[allow(non_camel_case_types)]
mod c {
    use super::{c_char, c_int};

    pub enum dora_error {}
    pub enum dora_config {}
    pub enum dora_client {}
    pub enum dora_failure {}
    pub enum dora_response {}
    pub enum dora_search {}

    pub const DORA_SEARCH_EVENT: u32 = 1;
    pub const DORA_SEARCH_ERROR: u32 = 4;

    extern "C" {
        pub fn dora_error_get_code(error: *const dora_error) -> u32;
        pub fn dora_error_code_name(code: u32) -> *const c_char;
        pub fn dora_error_message(error: *const dora_error) -> *const c_char;
        pub fn dora_error_is_retryable(error: *const dora_error) -> bool;
        pub fn dora_error_retry_after_ms(error: *const dora_error) -> i64;
        pub fn dora_error_response(error: *const dora_error) -> *const dora_response;
        pub fn dora_error_free(error: *mut dora_error);
        pub fn dora_config_new() -> *mut dora_config;
        pub fn dora_config_set_base_url(config: *mut dora_config, base_url: *const c_char);
        pub fn dora_config_set_ca_file(config: *mut dora_config, path: *const c_char);
        pub fn dora_config_set_timeout_ms(config: *mut dora_config, milliseconds: u32);
        pub fn dora_config_free(config: *mut dora_config);
        pub fn dora_client_new(config: *const dora_config, error: *mut *mut dora_error) -> *mut dora_client;
        pub fn dora_get_failure(
            client: *mut dora_client,
            failure_id: *const c_char,
            error: *mut *mut dora_error,
        ) -> *mut dora_failure;
        pub fn dora_client_cancel(client: *mut dora_client);
        pub fn dora_client_free(client: *mut dora_client);
        pub fn dora_failure_id(failure: *const dora_failure) -> *const c_char;
        pub fn dora_failure_name(failure: *const dora_failure) -> *const c_char;
        pub fn dora_failure_env(failure: *const dora_failure) -> *const c_char;
        pub fn dora_failure_severity(failure: *const dora_failure) -> *const c_char;
        pub fn dora_failure_team(failure: *const dora_failure) -> *const c_char;
        pub fn dora_failure_version(failure: *const dora_failure) -> *const c_char;
        pub fn dora_failure_git_commit_sha(failure: *const dora_failure) -> *const c_char;
        pub fn dora_failure_git_repository_url(failure: *const dora_failure) -> *const c_char;
        pub fn dora_failure_started_at(failure: *const dora_failure, unix_ns: *mut i64) -> bool;
        pub fn dora_failure_finished_at(failure: *const dora_failure, unix_ns: *mut i64) -> bool;
        pub fn dora_failure_service(failure: *const dora_failure, index: usize) -> *const c_char;
        pub fn dora_failure_custom_tag(failure: *const dora_failure, index: usize) -> *const c_char;
        pub fn dora_failure_free(failure: *mut dora_failure);
        pub fn dora_response_status(response: *const dora_response) -> c_int;
        pub fn dora_search_failures(
            client: *mut dora_client,
            query: *const c_char,
            from_unix_ns: i64,
            to_unix_ns: i64,
            error: *mut *mut dora_error,
        ) -> *mut dora_search;
        pub fn dora_search_next(
            search: *mut dora_search,
            timeout_ms: i64,
            failure: *mut *mut dora_failure,
            error: *mut *mut dora_error,
        ) -> u32;
        pub fn dora_search_free(search: *mut dora_search);
    }
}

/// The settings of a [`Client`]. `None` leaves one to libdora's default.
#[derive(Clone, Default)]
pub struct Options {
    /// The address to use in place of the site's.
    pub base_url: Option<String>,
    /// A PEM file of the certificates to trust in place of the system's.
    pub ca_file: Option<String>,
    /// How long a call may take, retries included, in whole milliseconds, at least one.
    pub timeout: Option<Duration>,
}

/// Fetches incident events, for any number of threads at once.
pub struct Client(*mut c::dora_client);

// dora.h: "A client serves any number of threads at once."
unsafe impl Send for Client {}
unsafe impl Sync for Client {}

impl Client {
    /// Makes a client and sends nothing yet. The error names the first setting that can't be used.
    pub fn new(options: &Options) -> Result<Client, Error> {
        let base_url = options.base_url.as_deref().map(CString::new).transpose()?;
        let ca_file = options.ca_file.as_deref().map(CString::new).transpose()?;
        let mut error = ptr::null_mut();
        unsafe {
            let config = c::dora_config_new();
            if let Some(text) = base_url {
                c::dora_config_set_base_url(config, text.as_ptr());
            }
            if let Some(text) = ca_file {
                c::dora_config_set_ca_file(config, text.as_ptr());
            }
            if let Some(limit) = options.timeout {
                let milliseconds = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX);
                c::dora_config_set_timeout_ms(config, milliseconds.max(1));
            }
            let client = c::dora_client_new(config, &mut error);
            c::dora_config_free(config);
            if client.is_null() {
                return Err(Error::take(error));
            }
            Ok(Client(client))
        }
    }

    /// Fetches one incident event and waits for it, retries included.
    pub fn get_failure(&self, id: &str) -> Result<Failure, Error> {
        let id = CString::new(id)?;
        let mut error = ptr::null_mut();
        unsafe {
            let failure = c::dora_get_failure(self.0, id.as_ptr(), &mut error);
            if failure.is_null() {
                return Err(Error::take(error));
            }
            Ok(Failure::take(failure))
        }
    }

    /// All events with `from <= started_at < to` that match the query, newest first. An empty query
    /// is all, `None` no bound.
    pub fn search(
        &self,
        query: &str,
        from: Option<SystemTime>,
        to: Option<SystemTime>,
    ) -> Result<Search<'_>, Error> {
        let query = CString::new(query)?;
        let (from, to) = (from.map_or(i64::MIN, unix_ns), to.map_or(i64::MAX, unix_ns));
        let mut error = ptr::null_mut();
        unsafe {
            let search = c::dora_search_failures(self.0, query.as_ptr(), from, to, &mut error);
            if search.is_null() {
                return Err(Error::take(error));
            }
            Ok(Search(search, PhantomData))
        }
    }

    /// Ends every call and search that is in progress, in any thread, with the code "cancelled".
    /// Later calls work.
    pub fn cancel(&self) {
        unsafe { c::dora_client_cancel(self.0) };
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        unsafe { c::dora_client_free(self.0) };
    }
}

/// The events of a search. After an error it may be asked for the next one again.
pub struct Search<'client>(*mut c::dora_search, PhantomData<&'client Client>);

// dora.h: "The search then belongs to one thread at a time."
unsafe impl Send for Search<'_> {}

impl Iterator for Search<'_> {
    type Item = Result<Failure, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut failure, mut error) = (ptr::null_mut(), ptr::null_mut());
        unsafe {
            match c::dora_search_next(self.0, -1, &mut failure, &mut error) {
                c::DORA_SEARCH_EVENT => Some(Ok(Failure::take(failure))),
                c::DORA_SEARCH_ERROR => Some(Err(Error::take(error))),
                _ => None,
            }
        }
    }
}

impl Drop for Search<'_> {
    fn drop(&mut self) {
        unsafe { c::dora_search_free(self.0) };
    }
}

/// A copy of an incident event. What it does not carry is `None`, or empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub id: Option<String>,
    pub name: Option<String>,
    pub severity: Option<String>,
    pub env: Option<String>,
    pub team: Option<String>,
    pub version: Option<String>,
    pub commit_sha: Option<String>,
    pub repository_url: Option<String>,
    pub services: Vec<String>,
    pub custom_tags: Vec<String>,
    pub started_at: Option<SystemTime>,
    pub finished_at: Option<SystemTime>,
}

impl Failure {
    /// Copies an event and frees it.
    unsafe fn take(failure: *mut c::dora_failure) -> Failure {
        let mut ns = 0;
        let copy = Failure {
            id: text(c::dora_failure_id(failure)),
            name: text(c::dora_failure_name(failure)),
            severity: text(c::dora_failure_severity(failure)),
            env: text(c::dora_failure_env(failure)),
            team: text(c::dora_failure_team(failure)),
            version: text(c::dora_failure_version(failure)),
            commit_sha: text(c::dora_failure_git_commit_sha(failure)),
            repository_url: text(c::dora_failure_git_repository_url(failure)),
            services: (0..).map_while(|index| text(c::dora_failure_service(failure, index))).collect(),
            custom_tags: (0..).map_while(|index| text(c::dora_failure_custom_tag(failure, index))).collect(),
            started_at: c::dora_failure_started_at(failure, &mut ns).then(|| time(ns)),
            finished_at: c::dora_failure_finished_at(failure, &mut ns).then(|| time(ns)),
        };
        c::dora_failure_free(failure);
        copy
    }
}

unsafe fn text(text: *const c_char) -> Option<String> {
    (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
}

fn time(unix_ns: i64) -> SystemTime {
    let distance = Duration::from_nanos(unix_ns.unsigned_abs());
    if unix_ns < 0 {
        UNIX_EPOCH - distance
    } else {
        UNIX_EPOCH + distance
    }
}

/// The nearest that 64 bits hold.
fn unix_ns(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |ns| -ns),
    }
}

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The name of a DORA_ERROR_ constant: "rate_limited".
    pub code: String,
    /// One line for a person.
    pub message: String,
    /// The last response's status. `None` if no response came back.
    pub http_status: Option<u16>,
    /// Whether the same call may succeed later.
    pub is_retryable: bool,
    /// What the server asked to wait, counted from the response.
    pub retry_after: Option<Duration>,
}

impl Error {
    /// Copies an error and frees it.
    unsafe fn take(error: *mut c::dora_error) -> Error {
        let status = c::dora_response_status(c::dora_error_response(error));
        let copy = Error {
            code: text(c::dora_error_code_name(c::dora_error_get_code(error))).unwrap_or_default(),
            message: text(c::dora_error_message(error)).unwrap_or_default(),
            http_status: u16::try_from(status).ok().filter(|&status| status != 0),
            is_retryable: c::dora_error_is_retryable(error),
            retry_after: u64::try_from(c::dora_error_retry_after_ms(error)).ok().map(Duration::from_millis),
        };
        c::dora_error_free(error);
        copy
    }
}

impl From<NulError> for Error {
    fn from(_: NulError) -> Error {
        let (code, message) = ("invalid_argument".into(), "a text holds a NUL; give one without".into());
        Error { code, message, http_status: None, is_retryable: false, retry_after: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
