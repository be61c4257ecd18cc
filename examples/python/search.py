#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists the incident events of the last days that match a query: the newest first, a line for each.

The keys and the site come from the environment. With --json a line is the event as JSON, for jq or pandas.
Exit status: 0 if all events came, 1 if not, 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime, timedelta, timezone

import libdora


def line(failure: libdora.Failure) -> str:
    started = f"{failure.started_at:%Y-%m-%d %H:%M:%S}" if failure.started_at else "(no start)"
    return f"{started}  {failure.severity or '-':<10} {', '.join(failure.services) or '-':<16} {failure.name or '(no name)'}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Lists incident events.")
    parser.add_argument("--base-url", help="instead of the site of DD_SITE")
    parser.add_argument("--ca-file", help="certificates to trust (PEM) instead of the system's")
    parser.add_argument("--days", type=float, default=30, help="how far to look back (default: 30)")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each event")
    parser.add_argument("query", nargs="?", help="in Datadog's search syntax: 'env:production severity:SEV-1'")
    arguments = parser.parse_args()
    since = datetime.now(timezone.utc) - timedelta(days=arguments.days)
    try:
        with libdora.Client(base_url=arguments.base_url, ca_file=arguments.ca_file) as client:
            for failure in client.search(arguments.query, since=since):
                print(json.dumps(failure.to_dict()) if arguments.json else line(failure))
    except libdora.Error as error:
        print(f"search: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
