// SPDX-License-Identifier: Apache-2.0

//! What this crate uses of dora.h.

#![allow(non_camel_case_types)]

use std::os::raw::{c_char, c_int};

#[repr(C)]
pub struct dora_error([u8; 0]);
#[repr(C)]
pub struct dora_config([u8; 0]);
#[repr(C)]
pub struct dora_client([u8; 0]);
#[repr(C)]
pub struct dora_failure([u8; 0]);
#[repr(C)]
pub struct dora_response([u8; 0]);

pub type Setter = unsafe extern "C" fn(*mut dora_config, *const c_char);
pub type Text = unsafe extern "C" fn(*const dora_failure) -> *const c_char;
pub type Time = unsafe extern "C" fn(*const dora_failure, *mut i64) -> bool;
pub type Count = unsafe extern "C" fn(*const dora_failure) -> usize;
pub type Item = unsafe extern "C" fn(*const dora_failure, usize) -> *const c_char;

#[rustfmt::skip] // one line a function, as in the header
extern "C" {
    pub fn dora_error_get_code(error: *const dora_error) -> u32;
    pub fn dora_error_message(error: *const dora_error) -> *const c_char;
    pub fn dora_error_is_retryable(error: *const dora_error) -> bool;
    pub fn dora_error_retry_after_ms(error: *const dora_error) -> i64;
    pub fn dora_error_response(error: *const dora_error) -> *const dora_response;
    pub fn dora_error_free(error: *mut dora_error);
    pub fn dora_response_status(response: *const dora_response) -> c_int;

    pub fn dora_config_new() -> *mut dora_config;
    pub fn dora_config_set_site(config: *mut dora_config, site: *const c_char);
    pub fn dora_config_set_api_key(config: *mut dora_config, api_key: *const c_char);
    pub fn dora_config_set_app_key(config: *mut dora_config, app_key: *const c_char);
    pub fn dora_config_set_access_token(config: *mut dora_config, access_token: *const c_char);
    pub fn dora_config_set_base_url(config: *mut dora_config, base_url: *const c_char);
    pub fn dora_config_set_ca_file(config: *mut dora_config, path: *const c_char);
    pub fn dora_config_set_timeout_ms(config: *mut dora_config, milliseconds: u32);
    pub fn dora_config_free(config: *mut dora_config);

    pub fn dora_client_new(config: *const dora_config, error: *mut *mut dora_error) -> *mut dora_client;
    pub fn dora_get_failure(client: *mut dora_client, failure_id: *const c_char, error: *mut *mut dora_error) -> *mut dora_failure;
    pub fn dora_client_cancel(client: *mut dora_client);
    pub fn dora_client_free(client: *mut dora_client);

    pub fn dora_failure_id(failure: *const dora_failure) -> *const c_char;
    pub fn dora_failure_type(failure: *const dora_failure) -> *const c_char;
    pub fn dora_failure_name(failure: *const dora_failure) -> *const c_char;
    pub fn dora_failure_env(failure: *const dora_failure) -> *const c_char;
    pub fn dora_failure_severity(failure: *const dora_failure) -> *const c_char;
    pub fn dora_failure_team(failure: *const dora_failure) -> *const c_char;
    pub fn dora_failure_version(failure: *const dora_failure) -> *const c_char;
    pub fn dora_failure_git_commit_sha(failure: *const dora_failure) -> *const c_char;
    pub fn dora_failure_git_repository_url(failure: *const dora_failure) -> *const c_char;
    pub fn dora_failure_git_repository_id(failure: *const dora_failure) -> *const c_char;
    pub fn dora_failure_started_at(failure: *const dora_failure, unix_ns: *mut i64) -> bool;
    pub fn dora_failure_finished_at(failure: *const dora_failure, unix_ns: *mut i64) -> bool;
    pub fn dora_failure_service_count(failure: *const dora_failure) -> usize;
    pub fn dora_failure_service(failure: *const dora_failure, index: usize) -> *const c_char;
    pub fn dora_failure_custom_tag_count(failure: *const dora_failure) -> usize;
    pub fn dora_failure_custom_tag(failure: *const dora_failure, index: usize) -> *const c_char;
    pub fn dora_failure_json(failure: *const dora_failure, length: *mut usize) -> *const c_char;
    pub fn dora_failure_free(failure: *mut dora_failure);
}
