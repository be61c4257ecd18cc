#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small stand-in for Datadog's API on this machine, to try libdora without an account.

It answers GET /api/v2/dora/failures/{failure_id} and POST /api/v2/dora/failures
over HTTPS, from the events of local_events.py, with certificates made on the spot
by the openssl command. When it is ready it prints one line of JSON that says how
to reach it, and serves until SIGTERM or Ctrl-C:

    {"base_url": ..., "ca_file": ..., "api_key": ..., "app_key": ..., "failure_ids": [...]}
"""

import argparse
import hmac
import http.server
import json
import pathlib
import re
import signal
import socketserver
import ssl
import subprocess
import sys
import tempfile
import urllib.parse

sys.dont_write_bytecode = True  # this folder stays as it is

from local_events import EVENTS, EXAMPLES, nanoseconds, started

API_KEY = "local-api-key"
APP_KEY = "local-application-key"
LIST_PATH = "/api/v2/dora/failures"
PATH = LIST_PATH + "/"

LIST_TYPE = "dora_failures_list_request"
DEFAULT_LIMIT, LARGEST_LIMIT = 10, 1000
LARGEST_REQUEST = 64 << 10

def make_certificates(directory):
    """Writes ca.pem, and server.pem with its key for localhost, 127.0.0.1 and ::1."""
    ca_file, ca_key = directory / "ca.pem", directory / "ca.key"
    certificate, key = directory / "server.pem", directory / "server.key"
    request, extensions = directory / "server.csr", directory / "server.ext"
    extensions.write_text(
        "basicConstraints = CA:FALSE\n"
        "keyUsage = digitalSignature\n"
        "extendedKeyUsage = serverAuth\n"
        "subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1\n"
    )
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *new_key, "-days", "7", "-subj", "/CN=libdora local CA",
            "-addext", "keyUsage = critical, keyCertSign", "-keyout", ca_key, "-out", ca_file)
    openssl("req", *new_key, "-subj", "/CN=localhost", "-keyout", key, "-out", request)
    openssl("x509", "-req", "-days", "7", "-in", request, "-CA", ca_file, "-CAkey", ca_key,
            "-CAcreateserial", "-extfile", extensions, "-out", certificate)
    return ca_file, certificate, key


def openssl(*arguments):
    result = subprocess.run(["openssl", *map(str, arguments)], stdin=subprocess.DEVNULL,
                            capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"openssl {arguments[0]} failed: {result.stderr.strip()}")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "libdora-local-api"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # header and body leave in one write
    timeout = 60

    def do_GET(self):
        if not self.is_allowed():
            return
        failure_id = urllib.parse.unquote(self.path[len(PATH):])
        event = EVENTS.get(failure_id) if self.path.startswith(PATH) else None
        if event is None:
            return self.reply_error(404, "Not Found", f"no incident event with the id {failure_id}")
        self.reply(200, {"data": event})

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_REQUEST:
            self.close_connection = True
            return self.reply_error(413, "Payload Too Large", f"at most {LARGEST_REQUEST} bytes")
        body = self.rfile.read(length)
        if not self.is_allowed():
            return
        if self.path != LIST_PATH:
            return self.reply_error(404, "Not Found", f"nothing is posted to {self.path}")
        try:
            self.reply(200, {"data": listed(body)})
        except ValueError as error:
            self.reply_error(400, "Bad Request", str(error))

    def is_allowed(self):
        """Whether the keys are right; otherwise the request has been answered."""
        api_key, app_key = self.headers.get("DD-API-KEY"), self.headers.get("DD-APPLICATION-KEY")
        if api_key is None or app_key is None:
            self.reply(401, {"errors": ["Unauthorized"]})
        elif not (same(api_key, API_KEY) and same(app_key, APP_KEY)):
            self.reply(403, {"errors": ["Forbidden"]})
        else:
            return True
        return False

    def reply_error(self, status, title, detail):
        self.reply(status, {"errors": [{"status": str(status), "title": title, "detail": detail}]})

    def reply(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.api+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Keeps standard error for real trouble."""


def listed(body):
    """The events that the body of a list request asks for. ValueError says what is wrong with it.

    As far as Datadog's endpoint has been seen: `type` is demanded, times are date-times and nothing else,
    both bounds are inclusive, parameters that it does not know are ignored, and nothing says whether there
    is more.
    """
    data = member(json.loads(body), "data", dict, {})
    if (given := member(data, "type", str, "")) != LIST_TYPE:
        raise ValueError(f'got type "{given}" expected one of "{LIST_TYPE}"')
    attributes = member(data, "attributes", dict, {})
    first, last = bound(attributes, "from"), bound(attributes, "to")
    limit = member(attributes, "limit", int, DEFAULT_LIMIT)
    if limit < 1:
        raise ValueError(f'attribute "limit" is {limit}, at least 1 is expected')
    sort = member(attributes, "sort", str, "-started_at")
    if sort not in ("started_at", "-started_at"):
        raise ValueError(f'attribute "sort" is "{sort}", expected one of "started_at", "-started_at"')
    asked_for = query_of(member(attributes, "query", str, "*"))
    found = [event for event in EVENTS.values()
             if (first is None or first <= started(event)) and (last is None or started(event) <= last) and asked_for(event)]
    found.sort(key=started, reverse=sort.startswith("-"))
    return found[:min(limit, LARGEST_LIMIT)]


JSON_TYPES = {int: "number", float: "number", bool: "boolean", str: "string", list: "array", dict: "object"}


def member(document, name, kind, default):
    """A member of a JSON object. One that is not there or null is the default."""
    value = document.get(name) if isinstance(document, dict) else None
    if value is None:
        return default
    if type(value) is not kind:
        raise ValueError(f'error decoding attribute "{name}": invalid type {JSON_TYPES[type(value)]}')
    return value


def bound(attributes, name):
    text = member(attributes, name, str, None)
    if text is None:
        return None
    try:
        return nanoseconds(text)
    except ValueError as error:
        raise ValueError(f'error decoding attribute "{name}": {error}') from error


TERM = re.compile(r'(-)?(?:([\w.]+):)?(?:\(([^()]*)\)|"([^"]*)"|([^\s()":]+))(?:\s+|$)')


def query_of(text):
    """A small part of Datadog's search syntax, as a function of an event: terms `severity:SEV-1`,
    `severity:(SEV-1 OR SEV-2)`, `"a word of the name"`, `*` and `checkout*`, with `-` before those that
    must not be. All terms have to hold."""
    terms, position = [], 0
    text = text.strip()
    while position < len(text):
        match = TERM.match(text, position)
        if match is None or match[0].strip() == "OR":
            raise ValueError(f'attribute "query": cannot parse "{text[position:]}"')
        position = match.end()
        minus, field, group, quoted, word = match.groups()
        if field is None and group is None and word == "AND":
            continue
        values = re.split(r"\s+OR\s+", group.strip()) if group is not None else [quoted if word is None else word]
        patterns = [re.compile(".*".join(map(re.escape, value.strip('"').split("*"))), re.IGNORECASE) for value in values]
        terms.append((minus is None, field, patterns))
    return lambda event: all(wanted == holds(event["attributes"], field, patterns) for wanted, field, patterns in terms)


def holds(attributes, field, patterns):
    if field is None:
        return any(pattern.search(attributes["name"]) for pattern in patterns)
    return any(pattern.fullmatch(value) for pattern in patterns for value in values_of(attributes, field))


def values_of(attributes, field):
    """The texts of a field: of an attribute, or of the tags with that key."""
    names = {"service": ("service", "services")}.get(field, (field,))
    for name in names:
        value = attributes.get(name)
        yield from [value] if isinstance(value, str) else value if isinstance(value, list) else []
    for tag in attributes.get("custom_tags", []):
        key, _, value = tag.partition(":")
        if key == field:
            yield value
    yield from attributes.get("custom", {}).get(field, [])


def same(given, expected):
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, certificate, key):
        super().__init__(address, Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(certificate, key)
        # The handshake waits for the connection's own thread: a silent client holds nobody up.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request, client_address):
        """A client that hangs up, or refuses the certificate, is nothing to report."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def stop(_signal, _frame):
    # A second signal must not break into the cleaning up.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(0)


def main():
    parser = argparse.ArgumentParser(description="A local stand-in for Datadog's API.")
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1 (default: any free one)")
    port = parser.parse_args().port
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with tempfile.TemporaryDirectory(prefix="libdora-local-api-") as directory:
        ca_file, certificate, key = make_certificates(pathlib.Path(directory))
        with Server(("127.0.0.1", port), certificate, key) as server:
            print(json.dumps({
                "base_url": f"https://127.0.0.1:{server.server_address[1]}",
                "ca_file": str(ca_file),
                "api_key": API_KEY,
                "app_key": APP_KEY,
                "failure_ids": [event["id"] for event in EXAMPLES],
            }), flush=True)
            server.serve_forever()


if __name__ == "__main__":
    main()
