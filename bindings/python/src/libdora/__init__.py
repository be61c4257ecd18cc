# SPDX-License-Identifier: Apache-2.0
"""Incident events of Datadog's DORA metrics.

    with libdora.Client() as client:  # keys and site from the environment
        failure = client.get_failure("failure-id")
        print(failure.name, failure.started_at)

A Client serves any number of threads, and works in a child after fork. An AsyncClient
serves asyncio. The library is libdora.so.0, over ctypes.
"""

from __future__ import annotations

from ._library import c as _c
from .aio import AsyncClient
from .client import Client, Result
from .errors import (
    BadRequestError,
    CancelledError,
    ConnectionFailedError,
    Error,
    ErrorItem,
    ForbiddenError,
    HTTPError,
    IncompleteError,
    InternalError,
    InvalidArgumentError,
    MalformedResponseError,
    NotFoundError,
    RateLimitedError,
    ResponseTooLargeError,
    ServerError,
    TimedOutError,
    TLSError,
    UnauthenticatedError,
)
from .failure import Failure
from .response import Response, Times
from .search import AsyncSearch, Search

__version__: str = _c.version().decode()

__all__ = [
    "AsyncClient",
    "AsyncSearch",
    "BadRequestError",
    "CancelledError",
    "Client",
    "ConnectionFailedError",
    "Error",
    "ErrorItem",
    "Failure",
    "ForbiddenError",
    "HTTPError",
    "IncompleteError",
    "InternalError",
    "InvalidArgumentError",
    "MalformedResponseError",
    "NotFoundError",
    "RateLimitedError",
    "Response",
    "ResponseTooLargeError",
    "Result",
    "Search",
    "ServerError",
    "TLSError",
    "TimedOutError",
    "Times",
    "UnauthenticatedError",
    "__version__",
]
