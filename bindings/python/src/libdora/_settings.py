# SPDX-License-Identifier: Apache-2.0
"""The settings that both clients are made from, and the dora_client that they make."""

from __future__ import annotations

from ._convert import text_in
from ._library import LogFunction, c
from .errors import call

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping
    from typing import Any


class Handle:
    """A dora_client. It is freed once nobody holds it: neither its Client nor a queue at work."""

    def __init__(self, pointer: int, log_function: Any) -> None:
        self.pointer = pointer
        self.log_function = log_function  # C calls it

    def __del__(self, free: Callable[[int], None] = c.client_free) -> None:
        free(self.pointer)

    def __reduce__(self) -> str:
        raise TypeError("a dora client cannot be pickled: make one in each process")


def unsigned(value: int, bits: int = 32) -> int:
    if not 0 <= value < 1 << bits:
        raise ValueError(f"{value} is out of range: 0 to {(1 << bits) - 1}")
    return value


def milliseconds(seconds: float) -> int:
    return unsigned(-int(-seconds * 1000 // 1))  # rounded up: 0 means no limit


def logging_to(logger: logging.Logger) -> Any:
    def log(_user_data: int, level: int, message: bytes) -> None:
        logger.log((5 - level) * 10, "%s", message.decode())  # DORA_LOG_ERROR is 1, logging.ERROR is 40
    return LogFunction(log)


class Settings:
    """What both clients are made from; what is None is as the environment or the library has it."""

    def __init__(self, *, site: str | None = None, api_key: str | None = None, app_key: str | None = None,
                 access_token: str | None = None, base_url: str | None = None, proxy: str | None = None,
                 ca_file: str | None = None, client_certificate: tuple[str, str] | None = None,
                 user_agent: str | None = None, headers: Mapping[str, str] | None = None,
                 connect_timeout: float | None = None, attempt_timeout: float | None = None,  # seconds, 0 = no limit
                 timeout: float | None = None, max_retries: int | None = None,
                 retry_backoff: tuple[float, float] | None = None, max_response_bytes: int | None = None,
                 compression: bool | None = None, strict: bool | None = None,
                 logger: logging.Logger | None = None) -> None:
        log_function = LogFunction() if logger is None else logging_to(logger)
        settings: tuple[tuple[Any, ...], ...] = (
            (c.config_set_site, text_in, site), (c.config_set_api_key, text_in, api_key),
            (c.config_set_app_key, text_in, app_key), (c.config_set_access_token, text_in, access_token),
            (c.config_set_base_url, text_in, base_url), (c.config_set_proxy, text_in, proxy),
            (c.config_set_ca_file, text_in, ca_file), (c.config_set_user_agent, text_in, user_agent),
            (c.config_set_connect_timeout_ms, milliseconds, connect_timeout),
            (c.config_set_attempt_timeout_ms, milliseconds, attempt_timeout),
            (c.config_set_timeout_ms, milliseconds, timeout), (c.config_set_max_retries, unsigned, max_retries),
            (c.config_set_max_response_bytes, lambda value: unsigned(value, 64), max_response_bytes),
            (c.config_set_retry_backoff_ms, milliseconds, *(retry_backoff or [None])),
            (c.config_set_client_certificate, text_in, *(client_certificate or [None])),
            (c.config_set_compression, bool, compression), (c.config_set_strict, bool, strict),
            *((c.config_add_header, text_in, *header) for header in (headers or {}).items()))
        config = c.config_new()
        try:
            for setter, convert, *values in settings:
                if values[0] is not None:
                    setter(config, *map(convert, values))
            c.config_set_logger(config, log_function, None)
            self._handle: Handle | None = Handle(call(c.client_new, config), log_function)
        finally:
            c.config_free(config)

    def _opened(self) -> Handle:
        if self._handle is None:
            raise ValueError("the client is closed")
        return self._handle

    def cancel(self) -> None:
        """Ends every call in progress on this client with CancelledError; later calls work. From any thread."""
        c.client_cancel(self._opened().pointer)

    def close(self) -> None:
        """Closes the connections; calls in progress end with CancelledError. To close twice does nothing."""
        handle, self._handle = self._handle, None
        if handle is not None:
            c.client_cancel(handle.pointer)
