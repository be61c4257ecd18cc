# SPDX-License-Identifier: Apache-2.0
"""A certificate authority that lives as long as the test run."""

import datetime
import ssl
import warnings

import trustme


class Authority:
    def __init__(self, directory):
        self.directory = directory
        self.authority = trustme.CA()
        self.ca_file = self.write("ca.pem", self.authority.cert_pem.bytes())

    def write(self, name, data):
        path = self.directory / name
        path.write_bytes(data)
        return str(path)

    def context(self, *names, expired=False, version=None, client_certificate=False):
        """The TLS side of a server. `version` is the only one that it speaks."""
        now = datetime.datetime.now(datetime.timezone.utc)
        not_after = now - datetime.timedelta(days=1) if expired else now + datetime.timedelta(days=2)
        certificate = self.authority.issue_cert(
            *(names or ("localhost", "127.0.0.1", "::1")),
            not_before=now - datetime.timedelta(days=3), not_after=not_after)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        if version is not None:
            if version < ssl.TLSVersion.TLSv1_2:
                context.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # Python warns of TLS 1.1, rightly
                context.minimum_version = context.maximum_version = version
        if client_certificate:
            context.load_verify_locations(self.ca_file)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def server_files(self, name):
        """A server's certificate chain and key as two PEM files, for servers that are not ours."""
        certificate = self.authority.issue_cert("localhost", "127.0.0.1")
        chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        return (self.write(f"{name}.pem", chain),
                self.write(f"{name}.key", certificate.private_key_pem.bytes()))

    def client_files(self):
        certificate = self.authority.issue_cert("client@localhost")
        chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        return (self.write("client.pem", chain),
                self.write("client.key", certificate.private_key_pem.bytes()))
