# SPDX-License-Identifier: Apache-2.0
"""The settings that both clients are made from."""

from __future__ import annotations

import os
from ctypes import c_bool, c_char_p, c_uint32, c_uint64, c_void_p
from types import SimpleNamespace

from ._arguments import flag, milliseconds, pair, path, text, whole
from ._handle import Handle, Log
from ._lazy import TYPE_CHECKING, Lazy
from ._library import LogFunction, c, function
from .errors import call

if TYPE_CHECKING:
    import logging
    import typing
    from collections import abc
else:
    logging, typing, abc = Lazy("logging"), Lazy("typing"), Lazy("collections.abc")

# The setters, each with the types of what it sets.
_SETTERS: dict[str, tuple[typing.Any, ...]] = {
    "set_site": (c_char_p,),
    "set_api_key": (c_char_p,),
    "set_app_key": (c_char_p,),
    "set_access_token": (c_char_p,),
    "set_base_url": (c_char_p,),
    "set_ca_file": (c_char_p,),
    "set_client_certificate": (c_char_p, c_char_p),
    "set_proxy": (c_char_p,),
    "set_user_agent": (c_char_p,),
    "add_header": (c_char_p, c_char_p),
    "set_connect_timeout_ms": (c_uint32,),
    "set_attempt_timeout_ms": (c_uint32,),
    "set_timeout_ms": (c_uint32,),
    "set_max_retries": (c_uint32,),
    "set_retry_backoff_ms": (c_uint32, c_uint32),
    "set_max_response_bytes": (c_uint64,),
    "set_compression": (c_bool,),
    "set_strict": (c_bool,),
    "set_logger": (LogFunction, c_void_p),
}
_config = SimpleNamespace(**{name: function(f"config_{name}", None, c_void_p, *types) for name, types in _SETTERS.items()})

Path: typing.TypeAlias = str | os.PathLike[str] | os.PathLike[bytes]


class Settings:
    """What Client and AsyncClient have in common."""

    def __init__(self, *,
                 site: str | None = None,
                 api_key: str | None = None,
                 app_key: str | None = None,
                 access_token: str | None = None,
                 base_url: str | None = None,
                 ca_file: Path | None = None,
                 client_certificate: Path | tuple[Path, Path] | None = None,
                 proxy: str | None = None,
                 user_agent: str | None = None,
                 headers: abc.Mapping[str, str] | None = None,
                 connect_timeout: float | None = 10,
                 attempt_timeout: float | None = 30,
                 timeout: float | None = 60,
                 max_retries: int = 3,
                 retry_backoff: tuple[float, float] = (0.5, 30),
                 max_response_bytes: int = 8 << 20,
                 max_in_flight: int = 32,
                 compression: bool = True,
                 strict: bool = False,
                 logger: logging.Logger | None = None) -> None:
        """Makes a client; nothing is sent yet. A setting that can't be used is a TypeError or an
        InvalidArgumentError, which is a ValueError, with the name of the setting.

        site: the Datadog site, "datadoghq.eu"; requests go to https://api.SITE. None: DD_SITE, else
            datadoghq.com.
        api_key, app_key: the keys. None: DD_API_KEY and DD_APP_KEY. The application key's user needs the
            permission dora_metrics_read.
        access_token: sent as a bearer token in place of the keys. None: DD_BEARER_TOKEN.
        base_url: in place of the site's address: https://host[:port][/prefix], or http:// to a loopback host.
        ca_file: certificates (PEM) that replace the system's authorities.
        client_certificate: a PEM file with certificate and key, or a pair of files.
        proxy: [http|https|socks4|socks4a|socks5|socks5h]://[user:password@]host[:port], or "" for none.
            None: https_proxy and its like.
        user_agent: the program's "name/version", put before the library's own.
        headers: more request headers.
        connect_timeout: seconds to look the name up, connect and complete TLS. None: no limit.
        attempt_timeout: seconds for one attempt. None: no limit.
        timeout: seconds for the whole call, all attempts and waits. None: no limit.
        max_retries: how many attempts may follow the first.
        retry_backoff: seconds (base, most) to wait before a retry where the server does not say: a random time
            up to base * 2 ** (retry - 1), at most `most`.
        max_response_bytes: the largest body to take, after decompression.
        max_in_flight: how many events get_failures, and each event loop of an AsyncClient, fetch at once.
        compression: whether to ask for compressed responses.
        strict: whether an event that departs from the documented schema is a MalformedResponseError.
        logger: receives what the client does: an attempt at INFO, retries and waits at DEBUG, long waits at
            WARNING. Never a key. What it raises ends the call.
        """
        if logger is not None and not callable(getattr(logger, "log", None)):
            raise TypeError(f"logger: a logging.Logger is expected, not {type(logger).__name__}")
        self._max_in_flight: int = whole("max_in_flight", max_in_flight, least=1)
        config = c.config_new()
        try:
            for name, given in (("site", site), ("api_key", api_key), ("app_key", app_key), ("proxy", proxy),
                                ("access_token", access_token), ("base_url", base_url), ("user_agent", user_agent)):
                if given is not None:
                    getattr(_config, f"set_{name}")(config, text(name, given))
            if ca_file is not None:
                _config.set_ca_file(config, path("ca_file", ca_file))
            if client_certificate is not None:
                _config.set_client_certificate(config, *_certificate(client_certificate))
            for header in _headers(headers):
                _config.add_header(config, *header)
            _config.set_connect_timeout_ms(config, milliseconds("connect_timeout", connect_timeout))
            _config.set_attempt_timeout_ms(config, milliseconds("attempt_timeout", attempt_timeout))
            _config.set_timeout_ms(config, milliseconds("timeout", timeout))
            _config.set_max_retries(config, whole("max_retries", max_retries))
            _config.set_retry_backoff_ms(config, *_backoff(retry_backoff))
            _config.set_max_response_bytes(config, whole("max_response_bytes", max_response_bytes, least=1, most=(1 << 64) - 1))
            _config.set_compression(config, flag("compression", compression))
            _config.set_strict(config, flag("strict", strict))
            log = Log(logger)
            _config.set_logger(config, log.function, None)
            self._handle: Handle | None = Handle(call(c.client_new, config), log)
        finally:
            c.config_free(config)
        log.check()
        self._prepare()

    def _prepare(self) -> None:
        """Makes what the subclass holds."""

    def _opened(self) -> Handle:
        handle: Handle | None = getattr(self, "_handle", None)
        if handle is None or handle.pointer == 0:
            raise ValueError("the client is closed")
        return handle

    def cancel(self) -> None:
        """Ends every call in progress on this client with CancelledError; later calls work. From any thread,
        and from a signal handler."""
        c.client_cancel(self._opened().pointer)

    def close(self) -> None:
        """Closes the connections; calls in progress end with CancelledError. From any thread; to close twice
        does nothing."""
        handle, self._handle = getattr(self, "_handle", None), None
        if handle is not None:
            handle.closed = True
            c.client_cancel(handle.pointer)

    def __reduce__(self) -> typing.NoReturn:
        raise TypeError(f"{type(self).__name__}: can't be copied or pickled; make one in each process")


def _certificate(given: typing.Any) -> tuple[bytes, bytes | None]:
    if not isinstance(given, (tuple, list)):
        return path("client_certificate", given), None
    certificate, key = pair("client_certificate", given, "a path or a pair of paths")
    return path("client_certificate", certificate), path("client_certificate", key)


def _headers(given: typing.Any) -> list[tuple[bytes, bytes]]:
    if given is None:
        return []
    if not hasattr(given, "items"):
        raise TypeError(f"headers: a mapping of str to str is expected, not {type(given).__name__}")
    return [(text("headers", name), text(f"headers: {name}", value)) for name, value in given.items()]


def _backoff(given: typing.Any) -> tuple[int, int]:
    base, most = pair("retry_backoff", given, "a pair of seconds (base, most)")
    return milliseconds("retry_backoff", base, unlimited=False), milliseconds("retry_backoff", most, unlimited=False)
