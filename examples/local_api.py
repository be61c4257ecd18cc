#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small stand-in for Datadog's API on this machine, to try libdora without an account.

It answers GET /api/v2/dora/failures/{failure_id} over HTTPS, with certificates
made on the spot by the openssl command. When it is ready it prints one line of
JSON that says how to reach it, and serves until SIGTERM or Ctrl-C:

    {"base_url": ..., "ca_file": ..., "api_key": ..., "app_key": ..., "failure_ids": [...]}
"""

import argparse
import hmac
import http.server
import json
import pathlib
import signal
import socketserver
import ssl
import subprocess
import sys
import tempfile
import urllib.parse

API_KEY = "local-api-key"
APP_KEY = "local-application-key"
PATH = "/api/v2/dora/failures/"

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

EVENTS = {
    "documented-example": DOCUMENTED_EVENT,
    "date-time-example": DATE_TIME_EVENT,
    "field-example": FIELD_EVENT,
}


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
        api_key, app_key = self.headers.get("DD-API-KEY"), self.headers.get("DD-APPLICATION-KEY")
        if api_key is None or app_key is None:
            return self.reply(401, {"errors": ["Unauthorized"]})
        if not (same(api_key, API_KEY) and same(app_key, APP_KEY)):
            return self.reply(403, {"errors": ["Forbidden"]})
        failure_id = urllib.parse.unquote(self.path[len(PATH):])
        attributes = EVENTS.get(failure_id) if self.path.startswith(PATH) else None
        if attributes is None:
            return self.reply(404, {"errors": [{
                "status": "404",
                "title": "Not Found",
                "detail": f"no incident event with the id {failure_id}",
            }]})
        self.reply(200, {"data": {"attributes": attributes, "id": failure_id, "type": "dora_failure"}})

    def reply(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.api+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Keeps standard error for real trouble."""


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
                "failure_ids": list(EVENTS),
            }), flush=True)
            server.serve_forever()


if __name__ == "__main__":
    main()
