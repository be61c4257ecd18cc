#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fetches an incident event and prints it.

The keys and the site come from the environment: DD_API_KEY, DD_APP_KEY, DD_SITE.
Exit status: 0 for an event, 1 for a failure, 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import sys

import libdora


def print_field(label: str, value: object) -> None:
    """An event carries only some of the fields."""
    if value is not None:
        print(f"  {label:<12} {value}")


def print_each(label: str, values: tuple[str, ...]) -> None:
    for index, value in enumerate(values):
        print_field("" if index else label, value)


def time_text(failure_ns: int | None, seconds: str | None) -> str | None:
    if failure_ns is None or seconds is None:
        return None
    nanoseconds = failure_ns % 1_000_000_000
    return f"{seconds}.{nanoseconds:09d} UTC" if nanoseconds else f"{seconds} UTC"


def duration(seconds: int) -> str:
    hours, minutes = seconds // 3600, seconds // 60 % 60
    parts = [f"{hours} h"] if hours else []
    if hours or minutes:
        parts.append(f"{minutes} min")
    return " ".join([*parts, f"{seconds % 60} s"])


def print_times(failure: libdora.Failure) -> None:
    for label, moment, unix_ns in (("started", failure.started_at, failure.started_at_ns),
                                   ("finished", failure.finished_at, failure.finished_at_ns)):
        print_field(label, time_text(unix_ns, f"{moment:%Y-%m-%d %H:%M:%S}" if moment else None))
    started_ns, finished_ns = failure.started_at_ns, failure.finished_at_ns
    if started_ns is not None and finished_ns is not None and finished_ns >= started_ns:
        print_field("duration", duration((finished_ns - started_ns) // 1_000_000_000))


def print_failure(failure: libdora.Failure) -> None:
    severity = f" ({failure.severity})" if failure.severity is not None else ""
    print((failure.name if failure.name is not None else "(no name)") + severity)
    print_field("id", failure.id)
    print_each("services", failure.services)
    print_field("environment", failure.env)
    print_field("team", failure.team)
    print_field("version", failure.version)
    print_times(failure)
    print_field("commit", failure.git_commit_sha)
    print_field("repository", failure.git_repository_url)
    print_each("tags", failure.custom_tags)


def main() -> int:
    parser = argparse.ArgumentParser(description="Fetches an incident event and prints it.")
    parser.add_argument("--base-url", help="instead of the site of DD_SITE")
    parser.add_argument("--ca-file", help="certificates to trust (PEM) instead of the system's")
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS", help="for the whole call")
    parser.add_argument("failure_id")
    arguments = parser.parse_args()
    try:
        with libdora.Client(base_url=arguments.base_url, ca_file=arguments.ca_file, timeout=arguments.timeout) as client:
            print_failure(client.get_failure(arguments.failure_id))
    except libdora.Error as error:
        print(f"get_failure: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
