#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fetches incident events side by side: ids from the command line, a line for each as it completes.

The keys and the site come from the environment. With --asyncio it does the same
on an event loop. Exit status: 0, or 1 if any failed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

import libdora


def report(failure_id: str, outcome: libdora.Failure | libdora.Error) -> bool:
    if isinstance(outcome, libdora.Error):
        print(f"{failure_id}: {outcome}", file=sys.stderr)
        return False
    print(f"{failure_id}: {outcome.name if outcome.name is not None else '(no name)'}")
    return True


def fetch(arguments: argparse.Namespace) -> list[bool]:
    with libdora.Client(base_url=arguments.base_url, ca_file=arguments.ca_file) as client:
        return [report(result.failure_id, result.error or result.get())
                for result in client.get_failures(arguments.failure_ids)]


async def fetch_on_asyncio(arguments: argparse.Namespace) -> list[bool]:
    async def one(client: libdora.AsyncClient, failure_id: str) -> bool:
        try:
            return report(failure_id, await client.get_failure(failure_id))
        except libdora.Error as error:
            return report(failure_id, error)

    async with libdora.AsyncClient(base_url=arguments.base_url, ca_file=arguments.ca_file) as client:
        return await asyncio.gather(*(one(client, failure_id) for failure_id in arguments.failure_ids))


def main() -> int:
    parser = argparse.ArgumentParser(description="Fetches incident events side by side.")
    parser.add_argument("--base-url", help="instead of the site of DD_SITE")
    parser.add_argument("--ca-file", help="certificates to trust (PEM) instead of the system's")
    parser.add_argument("--asyncio", action="store_true", help="on an event loop")
    parser.add_argument("failure_ids", nargs="+", metavar="failure_id")
    arguments = parser.parse_args()
    try:
        good = asyncio.run(fetch_on_asyncio(arguments)) if arguments.asyncio else fetch(arguments)
    except libdora.Error as error:
        sys.exit(f"get_failures: {error}")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
