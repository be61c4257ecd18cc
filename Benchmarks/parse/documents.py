# SPDX-License-Identifier: Apache-2.0
"""Writes the bodies that are measured: documents.py DIRECTORY."""

import json
import pathlib
import sys

KIB = 1024
MIB = 1024 * KIB

EXAMPLE = {
    "data": {
        "attributes": {
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
        },
        "id": "string",
        "type": "dora_failure",
    }
}

# As production tenants send it: lists, date-times, tags as an object, and members that are not documented.
SENT = {
    "data": {
        "type": "dora_failure",
        "id": "b17e54c0-6f3d-4a43-9a7e-0d6f9f1c2ab8",
        "attributes": {
            "service": ["invoice-renderer"],
            "env": ["live"],
            "team": ["billing"],
            "name": "INC-903 | Factures sans num\u00e9ro depuis la mise \u00e0 jour",
            "severity": "High",
            "started_at": "2026-02-11T05:20:00Z",
            "finished_at": "2026-02-12T16:02:41Z",
            "created_at": "2026-02-12T17:00:00Z",
            "time_to_restore": 124961,
            "source": "api",
            "internal": {},
            "custom": {"language": ["jvm"], "backstage.io/owner": ["team-a", "team-b"]},
        },
    }
}


def compact(document):
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def event(**attributes):
    return {"data": {**EXAMPLE["data"], "attributes": {**EXAMPLE["data"]["attributes"], **attributes}}}


def filled(size, text):
    """The example with the JSON value `text` of an unknown attribute, which makes it about `size` bytes long."""
    body = compact(event(unknown=0))
    return body.replace(b'"unknown":0', b'"unknown":' + text(max(size - len(body), 16)))


def large(size):
    """What an event may grow to: a hundred tags, long names, deep unknown attributes."""

    def record(index):
        return {
            "service_name": f"checkout-{index}",
            "description": "A connection pool was exhausted after the failover; see the runbook. " * 3,
            "window": {"from": 1693491974000 + index, "to": 1693491984000 + index, "open": False, "reason": None},
            "nested": [[[{"level": index, "ratio": 0.25, "owners": ["team-a", "team-b", "équipe"]}]]],
        }

    tags = [f"key-{index}:value of the tag number {index}" for index in range(100)]
    attributes = {"custom_tags": tags, "name": "Outage " * 300, "services": [f"service-{i}" for i in range(200)]}
    records = max(1, (size - len(compact(event(**attributes)))) // len(compact(record(1000))))
    return compact(event(**attributes, impact=[record(index) for index in range(records)]))


def repeated(element):
    return lambda size: b"[" + b",".join([element] * (size // (len(element) + 1))) + b"]"


def members(name):
    return lambda size: b"{" + b",".join(name(index) + b":0" for index in range(size // (len(name(0)) + 3))) + b"}"


def nested(size):
    levels = 500
    return repeated(b"[" * levels + b"]" * levels)(size)


SHAPES = {
    "large event": large,
    "one string": lambda size: filled(size, lambda room: b'"' + b"x" * room + b'"'),
    "string, not ASCII": lambda size: filled(size, lambda room: '"{}"'.format("é日😀" * (room // 9)).encode()),
    "string of escapes": lambda size: filled(size, lambda room: b'"' + rb"\n\u00e9" * (room // 8) + b'"'),
    "array of numbers": lambda size: filled(size, repeated(b"1234567")),
    "array of objects": lambda size: filled(size, repeated(b"{}")),
    "distinct names": lambda size: filled(size, members(lambda index: b'"n%07d"' % index)),
    "equal names": lambda size: filled(size, members(lambda index: b'"name"')),
    "500 levels": lambda size: filled(size, nested),
    "white space": lambda size: filled(size, lambda room: b" " * room + b"0"),
    "services": lambda size: compact(event(services=[f"service-{i:06}" for i in range(size // 17)])),
}
SIZES = [KIB, 8 * KIB, 64 * KIB, 512 * KIB, 8 * MIB]


def main(directory):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "example.json").write_bytes(compact(EXAMPLE))
    # With the escapes that the API writes.
    (directory / "sent.json").write_bytes(json.dumps(SENT, separators=(",", ":")).encode())
    (directory / "example-indented.json").write_bytes(json.dumps(EXAMPLE, indent=2).encode())
    (directory / "large.json").write_bytes(large(MIB))
    for number, shape in enumerate(SHAPES.values()):
        for size in SIZES:
            (directory / f"shape-{number}-{size}.json").write_bytes(shape(size))


if __name__ == "__main__":
    main(sys.argv[1])
