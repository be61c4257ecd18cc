# SPDX-License-Identifier: Apache-2.0
"""The incident events that local_api.py has: three examples and four hundred generated ones.

They are the same on each run, and of the two shapes that are known: what the documentation shows, and what
production tenants send.
"""

import datetime
import hashlib
import re

# The documentation's example: times are integers, nanoseconds since 1970.
DOCUMENTED_EVENT = {
    "custom_tags": ["language:java", "department:engineering"],
    "env": "production",
    "finished_at": 1693491984000000000,
    "git": {
        "commit_sha": "66adc9350f2cc9b250b69abddab733dd55e1a588",
        "repository_url": "https://github.com/organization/example-repository",
    },
    "name": "Database outage",
    "services": ["shopist"],
    "severity": "SEV-1",
    "started_at": 1693491974000000000,
    "team": "backend",
    "version": "v1.12.07",
}

# What the API has sent since July 2026: times are RFC 3339 date-times.
DATE_TIME_EVENT = {
    "custom_tags": ["language:swift", "region:eu1"],
    "env": "staging",
    "finished_at": "2026-07-14T10:45:30.5Z",
    "git": {
        "commit_sha": "0f3c1a5be3f34c0c9e1b7b6fb8f3a2b1c4d5e6f7",
        "repository_url": "https://github.com/organization/checkout",
    },
    "name": "Checkout returns errors",
    "services": ["checkout", "payments"],
    "severity": "SEV-2",
    "started_at": "2026-07-14T09:12:03Z",
    "team": "payments",
    "version": "v2.4.0",
}

# What production tenants send: lists for one service, environment or team, and tags as an object.
FIELD_EVENT = {
    "service": ["ledger-api"],
    "env": ["live", "live-eu"],
    "team": ["payments", "ledger"],
    "name": "INC-1187 | Refunds were booked twice",
    "severity": "Urgent",
    "started_at": "2026-05-20T06:40:00Z",
    "finished_at": "2026-05-21T11:05:40Z",
    "created_at": "2026-05-21T12:00:00Z",
    "time_to_restore": 102340,
    "source": "api",
    "internal": {},
    "custom": {"language": ["jvm"], "backstage.io/owner": ["team-a", "team-b"]},
}

EXAMPLES = [
    {"attributes": DOCUMENTED_EVENT, "id": "documented-example", "type": "dora_failure"},
    {"attributes": DATE_TIME_EVENT, "id": "date-time-example", "type": "dora_failure"},
    {"attributes": FIELD_EVENT, "id": "field-example", "type": "dora_failure"},
]

GENERATED_COUNT = 400
FIRST_START = 1_753_999_200  # 2025-07-31T22:00:00Z
MOST_SECONDS_BETWEEN = 170_000  # half of it on average: a year in all

SERVICES = ["checkout", "search", "ledger-api", "identity", "shopist", "notifications"]
TEAMS = {"checkout": "payments", "search": "discovery", "ledger-api": "payments", "identity": "platform",
         "shopist": "backend", "notifications": "platform"}
TROUBLES = ["returns errors", "answers slowly", "is down", "loses messages", "shows stale data"]

DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?Z")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def nanoseconds(date_time):
    """The nanoseconds since 1970 of an RFC 3339 date-time with Z; ValueError for other text."""
    match = DATE_TIME.fullmatch(date_time)
    if match is None:
        raise ValueError(f'cannot parse "{date_time}" as a date-time with Z')
    whole = datetime.datetime.fromisoformat(match[1] + "+00:00") - EPOCH
    return (whole.days * 86_400 + whole.seconds) * 10**9 + int((match[2] or "").ljust(9, "0"))


def started(event):
    """When an event started, nanoseconds since 1970."""
    value = event["attributes"]["started_at"]
    return value if isinstance(value, int) else nanoseconds(value)


def written(seconds):
    moment = EPOCH + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def generated():
    """Events of a year, oldest first. Several of them started at the same instant, some are not over."""
    start = FIRST_START
    for number in range(GENERATED_COUNT):
        chance = hashlib.sha256(b"event %d" % number).digest()
        if number % 10 != 7:  # these start when the one before them did
            start += 1 + int.from_bytes(chance[:4], "big") % MOST_SECONDS_BETWEEN
        finish = None if chance[4] < 16 else start + 60 + int.from_bytes(chance[5:7], "big") * (1 + chance[7] % 4)
        make = documented_shape if number % 2 == 0 else field_shape
        yield make(number, chance, start, finish)


def documented_shape(number, chance, start, finish):
    service = SERVICES[chance[8] % len(SERVICES)]
    attributes = {
        "custom_tags": [f"region:{['eu1', 'us1'][chance[9] % 2]}"],
        "env": ["production", "production", "staging"][chance[10] % 3],
        "name": f"{service.capitalize()} {TROUBLES[chance[11] % len(TROUBLES)]}",
        "services": [service],
        "severity": f"SEV-{1 + chance[12] % 4}",
        "started_at": start * 10**9,
        "team": TEAMS[service],
        "version": f"v1.{number}.0",
    }
    if finish is not None:
        attributes["finished_at"] = finish * 10**9
    return {"attributes": attributes, "id": chance[16:24].hex(), "type": "dora_incident"}


def field_shape(number, chance, start, finish):
    service = SERVICES[chance[8] % len(SERVICES)]
    attributes = {
        "service": [service],
        "env": ["live"],
        "team": [TEAMS[service]],
        "name": f"INC-{number} | {service} {TROUBLES[chance[11] % len(TROUBLES)]}",
        "severity": ["Normal", "High", "Urgent"][chance[12] % 3],
        "started_at": written(start),
        "created_at": written(finish if finish is not None else start + 300),
        "source": "api",
        "internal": {},
        "custom": {"region": [["eu1", "us1"][chance[9] % 2]]},
    }
    if finish is not None:
        attributes["finished_at"] = written(finish)
        attributes["time_to_restore"] = finish - start
    text = chance[16:32].hex()
    failure_id = "-".join([text[:8], text[8:12], text[12:16], text[16:20], text[20:]])
    return {"attributes": attributes, "id": failure_id, "type": "dora_failure"}


EVENTS = {event["id"]: event for event in [*EXAMPLES, *generated()]}
