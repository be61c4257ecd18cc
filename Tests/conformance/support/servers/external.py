# SPDX-License-Identifier: Apache-2.0
"""nginx and tinyproxy from the distribution's packages, on loopback, ended by their own pid."""

import contextlib
import os
import shutil
import socket
import subprocess
import time

from servers.behaviours import API_TYPE, DOCUMENTED

START_SECONDS = 10


def program(name):
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
    assert path is not None, f"{name} is missing: Tests/run.sh installs it"
    return path


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextlib.contextmanager
def running(command, port):
    """A server in the foreground that listens on the port; ended afterwards."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended: {process.stderr.read().decode()}")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stderr.close()


NGINX = """
daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    log_format connections '$connection $request_method $uri $server_protocol $ssl_protocol $status';
    access_log {directory}/access.log connections;
    keepalive_requests {keepalive_requests};
    gzip {gzip};
    gzip_min_length 1;
    gzip_types {api_type};
    server {{
        listen 127.0.0.1:{port} ssl{http2};
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        ssl_protocols {protocols};
        default_type {api_type};
        location /api/v2/dora/failures/ {{
            if ($http_dd_api_key = "") {{ return 401 '{{"errors": ["Unauthorized"]}}'; }}
            return 200 '{body}';
        }}
    }}
}}
"""


@contextlib.contextmanager
def nginx(directory, authority, protocols="TLSv1.2 TLSv1.3", http2=True, gzip=True, keepalive_requests=1000):
    """Yields the base URL and the path of the access log."""
    certificate, key = authority.server_files("nginx")
    port = free_port()
    configuration = directory / "nginx.conf"
    configuration.write_text(NGINX.format(
        directory=directory, port=port, certificate=certificate, key=key, protocols=protocols,
        http2=" http2" if http2 else "", gzip="on" if gzip else "off", api_type=API_TYPE,
        keepalive_requests=keepalive_requests, body=DOCUMENTED.decode()))
    with running([program("nginx"), "-e", str(directory / "error.log"), "-c", str(configuration)], port):
        yield f"https://127.0.0.1:{port}", directory / "access.log"


TINYPROXY = """
Port {port}
Listen 127.0.0.1
Timeout 30
LogFile "{directory}/tinyproxy.log"
LogLevel Info
MaxClients 50
Allow 127.0.0.1
ConnectPort {target_port}
"""


@contextlib.contextmanager
def tinyproxy(directory, target_port, *lines):
    """A proxy that tunnels to one port. Yields its address and the path of its log."""
    port = free_port()
    configuration = directory / "tinyproxy.conf"
    configuration.write_text(TINYPROXY.format(port=port, directory=directory, target_port=target_port)
                             + "".join(f"{line}\n" for line in lines))
    with running([program("tinyproxy"), "-d", "-c", str(configuration)], port):
        yield f"http://127.0.0.1:{port}", directory / "tinyproxy.log"
