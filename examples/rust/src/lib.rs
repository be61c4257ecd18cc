// SPDX-License-Identifier: Apache-2.0

//! Fetches DORA incident events from Datadog's API with libdora.

mod error;
mod ffi;

pub use error::{Code, Error};

use std::ffi::{CStr, CString};
use std::os::raw::c_char;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{ptr, slice};

/// The settings of a [`Client`]. `None` leaves a setting to the environment
/// (`DD_SITE`, `DD_API_KEY`, `DD_APP_KEY`) and to the library's default.
#[derive(Clone, Default)]
pub struct Options {
    pub site: Option<String>,
    pub api_key: Option<String>,
    pub app_key: Option<String>,
    pub access_token: Option<String>,
    pub base_url: Option<String>,
    pub ca_file: Option<String>,
    /// Of a whole call, retries included.
    pub timeout: Option<Duration>,
}

struct Config(*mut ffi::dora_config);

impl Config {
    fn set(&self, setter: ffi::Setter, value: &Option<String>) -> Result<(), Error> {
        if let Some(value) = value {
            let value = CString::new(value.as_str())?;
            unsafe { setter(self.0, value.as_ptr()) };
        }
        Ok(())
    }
}

impl Drop for Config {
    fn drop(&mut self) {
        unsafe { ffi::dora_config_free(self.0) };
    }
}

/// Fetches incident events, for any number of threads at once.
pub struct Client(*mut ffi::dora_client);

// dora.h: "A client serves any number of threads at once."
unsafe impl Send for Client {}
unsafe impl Sync for Client {}

impl Client {
    pub fn new(options: &Options) -> Result<Client, Error> {
        let config = Config(unsafe { ffi::dora_config_new() });
        config.set(ffi::dora_config_set_site, &options.site)?;
        config.set(ffi::dora_config_set_api_key, &options.api_key)?;
        config.set(ffi::dora_config_set_app_key, &options.app_key)?;
        config.set(ffi::dora_config_set_access_token, &options.access_token)?;
        config.set(ffi::dora_config_set_base_url, &options.base_url)?;
        config.set(ffi::dora_config_set_ca_file, &options.ca_file)?;
        if let Some(timeout) = options.timeout {
            let milliseconds = timeout.as_millis().try_into().unwrap_or(u32::MAX).max(1);
            unsafe { ffi::dora_config_set_timeout_ms(config.0, milliseconds) };
        }
        let mut error = ptr::null_mut();
        let client = unsafe { ffi::dora_client_new(config.0, &mut error) };
        if client.is_null() {
            return Err(unsafe { Error::take(error) });
        }
        Ok(Client(client))
    }

    /// Fetches one incident event and waits for it, retries included.
    pub fn get_failure(&self, id: &str) -> Result<Failure, Error> {
        let id = CString::new(id)?;
        let mut error = ptr::null_mut();
        let failure = unsafe { ffi::dora_get_failure(self.0, id.as_ptr(), &mut error) };
        if failure.is_null() {
            return Err(unsafe { Error::take(error) });
        }
        Ok(unsafe { Failure::take(failure) })
    }

    /// Ends every call that is in progress, in any thread, with [`Code::CANCELLED`].
    pub fn cancel(&self) {
        unsafe { ffi::dora_client_cancel(self.0) };
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        unsafe { ffi::dora_client_free(self.0) };
    }
}

/// An incident event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub id: Option<String>,
    pub event_type: Option<String>,
    pub name: Option<String>,
    pub services: Vec<String>,
    pub env: Option<String>,
    pub severity: Option<String>,
    pub team: Option<String>,
    pub version: Option<String>,
    pub started_at: Option<SystemTime>,
    pub finished_at: Option<SystemTime>,
    pub git_commit_sha: Option<String>,
    pub git_repository_url: Option<String>,
    pub git_repository_id: Option<String>,
    pub custom_tags: Vec<String>,
    /// The response body as it was received.
    pub json: Vec<u8>,
}

impl Failure {
    unsafe fn take(failure: *mut ffi::dora_failure) -> Failure {
        let text = |get: ffi::Text| text(get(failure));
        let time = |get: ffi::Time| {
            let mut unix_ns = 0;
            get(failure, &mut unix_ns).then(|| time(unix_ns))
        };
        let list = |count: ffi::Count, item: ffi::Item| {
            (0..count(failure)).filter_map(|index| self::text(item(failure, index))).collect()
        };
        let mut length = 0;
        let json = ffi::dora_failure_json(failure, &mut length);
        let taken = Failure {
            id: text(ffi::dora_failure_id),
            event_type: text(ffi::dora_failure_type),
            name: text(ffi::dora_failure_name),
            services: list(ffi::dora_failure_service_count, ffi::dora_failure_service),
            env: text(ffi::dora_failure_env),
            severity: text(ffi::dora_failure_severity),
            team: text(ffi::dora_failure_team),
            version: text(ffi::dora_failure_version),
            started_at: time(ffi::dora_failure_started_at),
            finished_at: time(ffi::dora_failure_finished_at),
            git_commit_sha: text(ffi::dora_failure_git_commit_sha),
            git_repository_url: text(ffi::dora_failure_git_repository_url),
            git_repository_id: text(ffi::dora_failure_git_repository_id),
            custom_tags: list(ffi::dora_failure_custom_tag_count, ffi::dora_failure_custom_tag),
            json: slice::from_raw_parts(json.cast(), length).to_vec(),
        };
        ffi::dora_failure_free(failure);
        taken
    }
}

/// A copy of a text of the library, which is UTF-8.
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
