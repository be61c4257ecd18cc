# SPDX-License-Identifier: Apache-2.0
"""Makes the pages that the search benchmark's server has.

    pages.py EVENTS DIRECTORY PROGRAM

Lets PROGRAM (dora.c) search EVENTS events on a server that answers as the API does, over plain HTTP, and keeps each
request with its response: DIRECTORY/bodies.txt has the requests' bodies, one a line; DIRECTORY/NUMBER.json the
responses; DIRECTORY/map.conf tells nginx which response is whose. The requests depend on the responses alone: a
search of the recorded pages asks for the same ones. Prints the span: FROM_NS TO_NS.
"""

import bisect
import datetime
import hashlib
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading

FIRST_START = 1_700_000_000
SECONDS_BETWEEN = 97
SERVICES = ["checkout-gateway", "ledger-api", "identity", "search", "notifications"]
SEVERITIES = ["Low", "Normal", "High", "Urgent"]


def written(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(date_time):
    return datetime.datetime.fromisoformat(date_time.replace("Z", "+00:00")).timestamp()


def make_event(number):
    """Of the shape that the API sends; one in ten with git and a version."""
    chance = hashlib.sha256(b"event %d" % number).digest()
    start = FIRST_START + number * SECONDS_BETWEEN
    service = SERVICES[chance[0] % len(SERVICES)]
    attributes = {
        "service": [service],
        "env": ["live", "dr"][:1 + chance[1] % 2],
        "team": [service.split("-", maxsplit=1)[0]],
        "name": f"INC-{number} | {service} answers slowly after the update",
        "severity": SEVERITIES[chance[2] % len(SEVERITIES)],
        "started_at": written(start),
        "finished_at": written(start + 60 + chance[3] * 31),
        "created_at": written(start + 9000),
        "time_to_restore": 60 + chance[3] * 31,
        "source": "api",
        "internal": {},
        "custom": {"language": ["jvm"], "backstage.io/owner": ["team-a", "team-b"]},
    }
    if number % 10 == 0:
        attributes["version"] = f"v1.{number}.0"
        attributes["git"] = {"commit_sha": chance[:20].hex(), "repository_url": "https://github.com/organization/checkout"}
    digits = chance[4:20].hex()
    event_id = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    return {"id": event_id, "type": "dora_failure", "attributes": attributes}


class Recorder(http.server.BaseHTTPRequestHandler):
    """POST: the events between two moments, both inclusive, the newest or the oldest of them."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = json.loads(body)["data"]["attributes"]
        start = bisect.bisect_left(self.server.starts, seconds_of(asked["from"]))
        end = bisect.bisect_right(self.server.starts, seconds_of(asked["to"]))
        limit = min(asked["limit"], 1000)
        if asked["sort"] == "started_at":
            items = self.server.items[start:min(end, start + limit)]
        else:
            items = self.server.items[max(start, end - limit):end][::-1]
        page = ('{"data":[' + ",".join(items) + "]}").encode()
        self.server.record(body, page)
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.api+json")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, count, directory):
        super().__init__(("127.0.0.1", 0), Recorder)
        self.directory = directory
        self.starts = [FIRST_START + number * SECONDS_BETWEEN for number in range(count)]
        self.items = [json.dumps(make_event(number), separators=(",", ":")) for number in range(count)]
        self.bodies = []
        self.lock = threading.Lock()

    def record(self, body, page):
        with self.lock:
            if body not in self.bodies:
                (self.directory / f"{len(self.bodies)}.json").write_bytes(page)
                self.bodies.append(body)


def main():
    count, directory, program = int(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    directory.mkdir(parents=True, exist_ok=True)
    server = Server(count, directory)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    span = (str((FIRST_START - 1) * 10**9), str((FIRST_START + count * SECONDS_BETWEEN) * 10**9))
    result = subprocess.run([program, f"http://127.0.0.1:{server.server_port}", "", *span], check=True,
                            capture_output=True, text=True, env={**os.environ, "SEARCH_SUM": "1"})
    assert f"{count} events" in result.stderr, result.stderr
    (directory / "bodies.txt").write_text("".join(f"{body}\n" for body in server.bodies))
    lines = [f"    '{body}' {number};" for number, body in enumerate(server.bodies)]
    (directory / "map.conf").write_text("\n".join(["map $request_body $page {", "    default none;", *lines, "}", ""]))
    print(*span)


main()
