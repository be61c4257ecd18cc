# SPDX-License-Identifier: Apache-2.0
"""dora.h for ctypes: every function with its argument and result types."""

import ctypes
from ctypes import (
    POINTER,
    c_bool,
    c_char_p,
    c_int,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)

from paths import STAGE

LIBRARY = STAGE / "lib" / "libdora.so.0"

SIZE_MAX = c_size_t(-1).value

LogFunction = ctypes.CFUNCTYPE(None, c_void_p, c_uint32, c_char_p)

Client = Config = Error = Event = Queue = Response = Result = Search = c_void_p
ErrorOut = EventOut = POINTER(c_void_p)
NanosecondsOut = POINTER(c_int64)
LengthOut = POINTER(c_size_t)

# Text that is copied into a buffer of the caller's, as snprintf does.
COPY = [c_char_p, c_size_t]

FUNCTIONS = {
    "dora_version": (c_char_p, []),
    "dora_error_get_code": (c_uint32, [Error]),
    "dora_error_code_name": (c_char_p, [c_uint32]),
    "dora_error_message": (c_char_p, [Error]),
    "dora_error_is_retryable": (c_bool, [Error]),
    "dora_error_retry_after_ms": (c_int64, [Error]),
    "dora_error_item_count": (c_size_t, [Error]),
    "dora_error_item_title": (c_char_p, [Error, c_size_t]),
    "dora_error_item_detail": (c_char_p, [Error, c_size_t]),
    "dora_error_item_status": (c_char_p, [Error, c_size_t]),
    "dora_error_item_source_pointer": (c_char_p, [Error, c_size_t]),
    "dora_error_item_source_parameter": (c_char_p, [Error, c_size_t]),
    "dora_error_item_source_header": (c_char_p, [Error, c_size_t]),
    "dora_error_copy_item_meta": (c_size_t, [Error, c_size_t, *COPY]),
    "dora_error_body": (c_void_p, [Error, LengthOut]),
    "dora_error_response": (Response, [Error]),
    "dora_error_curl_code": (c_int, [Error]),
    "dora_error_free": (None, [Error]),
    "dora_config_new": (Config, []),
    "dora_config_set_site": (None, [Config, c_char_p]),
    "dora_config_set_api_key": (None, [Config, c_char_p]),
    "dora_config_set_app_key": (None, [Config, c_char_p]),
    "dora_config_set_access_token": (None, [Config, c_char_p]),
    "dora_config_set_base_url": (None, [Config, c_char_p]),
    "dora_config_set_ca_file": (None, [Config, c_char_p]),
    "dora_config_set_client_certificate": (None, [Config, c_char_p, c_char_p]),
    "dora_config_set_proxy": (None, [Config, c_char_p]),
    "dora_config_set_user_agent": (None, [Config, c_char_p]),
    "dora_config_add_header": (None, [Config, c_char_p, c_char_p]),
    "dora_config_set_connect_timeout_ms": (None, [Config, c_uint32]),
    "dora_config_set_attempt_timeout_ms": (None, [Config, c_uint32]),
    "dora_config_set_timeout_ms": (None, [Config, c_uint32]),
    "dora_config_set_max_retries": (None, [Config, c_uint32]),
    "dora_config_set_retry_backoff_ms": (None, [Config, c_uint32, c_uint32]),
    "dora_config_set_max_response_bytes": (None, [Config, c_uint64]),
    "dora_config_set_compression": (None, [Config, c_bool]),
    "dora_config_set_strict": (None, [Config, c_bool]),
    "dora_config_set_logger": (None, [Config, LogFunction, c_void_p]),
    "dora_config_free": (None, [Config]),
    "dora_client_new": (Client, [Config, ErrorOut]),
    "dora_get_failure": (Event, [Client, c_char_p, ErrorOut]),
    "dora_client_cancel": (None, [Client]),
    "dora_client_free": (None, [Client]),
    "dora_parse_failure": (Event, [c_char_p, c_size_t, ErrorOut]),
    "dora_failure_id": (c_char_p, [Event]),
    "dora_failure_type": (c_char_p, [Event]),
    "dora_failure_name": (c_char_p, [Event]),
    "dora_failure_env": (c_char_p, [Event]),
    "dora_failure_severity": (c_char_p, [Event]),
    "dora_failure_team": (c_char_p, [Event]),
    "dora_failure_version": (c_char_p, [Event]),
    "dora_failure_git_commit_sha": (c_char_p, [Event]),
    "dora_failure_git_repository_url": (c_char_p, [Event]),
    "dora_failure_git_repository_id": (c_char_p, [Event]),
    "dora_failure_started_at": (c_bool, [Event, NanosecondsOut]),
    "dora_failure_finished_at": (c_bool, [Event, NanosecondsOut]),
    "dora_failure_service_count": (c_size_t, [Event]),
    "dora_failure_service": (c_char_p, [Event, c_size_t]),
    "dora_failure_env_count": (c_size_t, [Event]),
    "dora_failure_env_at": (c_char_p, [Event, c_size_t]),
    "dora_failure_team_count": (c_size_t, [Event]),
    "dora_failure_team_at": (c_char_p, [Event, c_size_t]),
    "dora_failure_custom_tag_count": (c_size_t, [Event]),
    "dora_failure_custom_tag": (c_char_p, [Event, c_size_t]),
    "dora_failure_custom_tag_value": (c_char_p, [Event, c_char_p]),
    "dora_failure_json": (c_void_p, [Event, LengthOut]),
    "dora_failure_copy_json": (c_size_t, [Event, c_char_p, *COPY]),
    "dora_failure_copy_string": (c_size_t, [Event, c_char_p, *COPY]),
    "dora_failure_violation_count": (c_size_t, [Event]),
    "dora_failure_violation": (c_char_p, [Event, c_size_t]),
    "dora_failure_response": (Response, [Event]),
    "dora_failure_free": (None, [Event]),
    "dora_queue_new": (Queue, [Client, c_uint32, ErrorOut]),
    "dora_queue_add": (c_bool, [Queue, c_char_p, c_uint64, ErrorOut]),
    "dora_queue_next": (Result, [Queue, c_int64]),
    "dora_queue_pending": (c_size_t, [Queue]),
    "dora_queue_cancel": (c_bool, [Queue, c_uint64]),
    "dora_queue_fd": (c_int, [Queue]),
    "dora_queue_free": (None, [Queue]),
    "dora_result_tag": (c_uint64, [Result]),
    "dora_result_failure_id": (c_char_p, [Result]),
    "dora_result_take_failure": (Event, [Result]),
    "dora_result_take_error": (Error, [Result]),
    "dora_result_free": (None, [Result]),
    "dora_search_failures": (Search, [Client, c_char_p, c_int64, c_int64, ErrorOut]),
    "dora_search_set_page_size": (c_bool, [Search, c_uint32, ErrorOut]),
    "dora_search_next": (c_uint32, [Search, c_int64, EventOut, ErrorOut]),
    "dora_search_fd": (c_int, [Search]),
    "dora_search_free": (None, [Search]),
    "dora_response_status": (c_int, [Response]),
    "dora_response_http_version": (c_char_p, [Response]),
    "dora_response_header": (c_char_p, [Response, c_char_p]),
    "dora_response_attempts": (c_uint32, [Response]),
    "dora_response_time_us": (c_int64, [Response, c_uint32]),
    "dora_response_rate_limit": (c_int64, [Response]),
    "dora_response_rate_limit_remaining": (c_int64, [Response]),
    "dora_response_rate_limit_period_s": (c_int64, [Response]),
    "dora_response_rate_limit_reset_s": (c_int64, [Response]),
}


def load():
    library = ctypes.CDLL(str(LIBRARY))
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library
