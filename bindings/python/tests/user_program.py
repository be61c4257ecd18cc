# SPDX-License-Identifier: Apache-2.0
"""What a user writes, for type checkers alone: never run."""
import asyncio
import datetime
import json
import logging
import pathlib

import libdora


def one(client: libdora.Client) -> str:
    failure = client.get_failure("id")
    name: str | None = failure.name
    started: datetime.datetime | None = failure.started_at
    exact: int | None = failure.started_at_ns
    services: tuple[str, ...] = failure.services
    response = failure.response
    request_id: str | None = response.header("x-request-id") if response is not None else None
    return json.dumps([name, str(started), exact, services, request_id, failure.to_dict()])


def many(client: libdora.Client) -> list[libdora.Failure]:
    found: list[libdora.Failure] = []
    for result in client.get_failures(["a", "b"], max_in_flight=8):
        if result.error is not None:
            print(result.error.code, [item.title for item in result.error.items])
        else:
            found.append(result.get())
    found += client.search("env:production", since=datetime.datetime.now(datetime.timezone.utc))
    return found


async def asynchronous() -> None:
    async with libdora.AsyncClient(timeout=None, ca_file=pathlib.Path("ca.pem"), logger=logging.getLogger()) as client:
        failure: libdora.Failure = await client.get_failure("id")
        failures = await asyncio.gather(client.get_failure("a"), client.get_failure("b"))
        async for event in client.search(since=0, until=10**18):
            print(event.id, event == failure, failures[0].custom_tag("x"))


def errors(client: libdora.Client) -> float:
    try:
        one(client)
    except libdora.RateLimitedError as error:
        return error.retry_after or 0.0
    except (TimeoutError, ConnectionError):
        return 1.0
    except libdora.Error as error:
        print(error.response.status if error.response else error.curl_code)
    return 0.0


with libdora.Client(headers={"a": "b"}, retry_backoff=(0.1, 1), client_certificate=("a.pem", pathlib.Path("b.pem"))) as c:
    one(c)
