# SPDX-License-Identifier: Apache-2.0
"""Whom the library trusts, with the host's files and environment as they may be."""

import subprocess

import pytest

from paths import REPOSITORY
from servers.behaviours import event
from servers.certificates import Authority

TLS = 10

@pytest.fixture
def system_directory(tmp_path):
    """A folder of authorities by hash, as c_rehash leaves it, and the authority in it."""
    system = Authority(tmp_path)
    directory = tmp_path / "certs"
    directory.mkdir()
    (directory / "system.pem").write_bytes((tmp_path / "ca.pem").read_bytes())
    subprocess.run(["openssl", "rehash", str(directory)], check=True)
    # The bundle that libcurl reads beside it.
    (directory / "ca-certificates.crt").write_bytes((tmp_path / "ca.pem").read_bytes())
    return system, directory


def test_the_system_s_authorities_are_trusted_by_default(start_server, system_directory, host):
    """Promise: without a CA file the system's authorities count. (It shows that the test's folder is in force.)"""
    system, directory = system_directory
    server = start_server(system.context())
    server.answer("event", event)
    host("system_authorities", directory, server.base_url, "-", "event", 0)
    assert len(server.requests) == 1
    server.stop()


def test_a_ca_file_replaces_the_system_s_authorities(start_server, system_directory, authority, host):
    """Promise: dora_config_set_ca_file replaces the system's authorities: a server that one of them certified
    gets neither key nor request."""
    system, directory = system_directory
    server = start_server(system.context())
    server.answer("event", event)
    host("system_authorities", directory, server.base_url, authority.ca_file, "event", TLS)
    assert server.requests == []
    server.stop()


def test_a_ca_file_is_enough(start_server, system_directory, authority, host):
    """Promise: a server that the CA file's authority certified is trusted, whatever the system has."""
    _, directory = system_directory
    server = start_server(authority.context())
    server.answer("event", event)
    host("system_authorities", directory, server.base_url, authority.ca_file, "event", 0)
    server.stop()


def test_a_ca_file_counts_for_an_https_proxy(start_server, system_directory, authority, host):
    """Promise: in place of the system's authorities, for a proxy that speaks TLS too: one that a system's authority
    certified does not see the proxy's password."""
    system, directory = system_directory
    server = start_server(authority.context())
    server.answer("event", event)
    proxy = start_server(system.context())
    host("system_authorities", directory, server.base_url, authority.ca_file, "event", TLS,
         proxy.base_url.replace("://", "://user:0p3nsesame@"))
    assert proxy.requests == [] and server.requests == []
    proxy.stop()
    server.stop()


def test_the_system_s_variables_add_no_authority(start_server, system_directory, authority, host):
    """Promise: with a CA file neither SSL_CERT_DIR nor SSL_CERT_FILE adds an authority."""
    system, directory = system_directory
    server = start_server(system.context())
    server.answer("event", event)
    host("system_authorities", directory / "empty", server.base_url, authority.ca_file, "event", TLS,
         SSL_CERT_DIR=str(directory), SSL_CERT_FILE=str(directory / "system.pem"), CURL_CA_BUNDLE=str(directory / "system.pem"))
    assert server.requests == []
    server.stop()


def test_session_keys_are_written_to_no_file_unless_the_documents_say_so(
        start_server, system_directory, authority, host, tmp_path):
    """Promise: the environment is read in dora_config_new and dora_client_new(NULL, ...) only. libcurl's
    SSLKEYLOGFILE is shut out, or the header and docs/security.md name it."""
    _, directory = system_directory
    server = start_server(authority.context())
    server.answer("event", event)
    key_log = tmp_path / "keys"
    host("system_authorities", directory, server.base_url, authority.ca_file, "event", 0, SSLKEYLOGFILE=str(key_log))
    server.stop()
    if key_log.exists() and key_log.read_text():
        for path in ("docs/security.md", "include/dora.h"):
            assert "SSLKEYLOGFILE" in (REPOSITORY / path).read_text(), f"{path} must say that libcurl writes session keys"
