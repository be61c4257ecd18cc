# SPDX-License-Identifier: Apache-2.0
"""A network of its own, for one run: network.py loss|ipv6|lookups COUNT, inside `unshare --net --mount`.

The link is a TUN device whose other end is this program. It hands each packet back with source and destination
exchanged, which leaves every checksum right: who connects to 10.9.0.2 meets the server on 10.9.0.1. On the way it
loses what it is told to lose.
"""

import fcntl
import os
import pathlib
import random
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance" / "support"))

from completion_queue import Queue
from harness import Client
from servers.behaviours import event
from servers.certificates import Authority
from servers.http2_server import HTTP2Server

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
OURS, THEIRS, NOWHERE = "10.9.0.1", "10.9.0.2", "2001:db8::1"


def make_link(loss):
    """10.9.0.2 over a link that loses this share of the packets, and all of IPv6."""
    link = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(link, TUNSETIFF, struct.pack("16sH", b"soak", IFF_TUN | IFF_NO_PI))
    for command in ("ip link set lo up", "ip link set soak up", f"ip addr add {OURS}/24 dev soak",
                    "ip -6 addr add 2001:db8::9/64 dev soak nodad"):
        subprocess.run(command.split(), check=True)
    threading.Thread(target=pass_on, args=(link, loss), daemon=True).start()


def pass_on(link, loss):
    chance = random.Random(1)
    while True:
        packet = os.read(link, 65536)
        if packet[0] >> 4 == 4 and chance.random() >= loss:
            os.write(link, packet[:12] + packet[16:20] + packet[12:16] + packet[20:])


def replace(path, text):
    """Another file in the place of a file of the system's, in this mount namespace alone."""
    own = pathlib.Path(tempfile.mkstemp()[1])
    own.write_text(text)
    own.chmod(0o644)
    subprocess.run(["mount", "--bind", str(own), path], check=True)


class Server(HTTP2Server):
    def start(self):
        self.host = OURS
        super().start()


def make_server(directory):
    authority = Authority(directory)
    server = Server(authority.context(OURS, THEIRS, "both.example"))
    server.answer("event", event)
    return server, {"ca_file": authority.ca_file}


def all_of(client, count, max_in_flight):
    """The results of so many events, and the longest wait for one."""
    with Queue(client, max_in_flight) as queue:
        for tag in range(count):
            queue.add("event", tag)
        results, longest, last = [], 0, time.monotonic()
        while (result := queue.next(60_000)) is not None:
            results.append(result)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
    assert sorted(result.tag for result in results) == list(range(count)), "each tag once"
    return results, longest


def loss(directory, count):
    """Each event comes, or ends by its deadline; most come."""
    make_link(0.3)
    server, settings = make_server(directory)
    settings = {**settings, "base_url": f"https://{THEIRS}:{server.port}", "retry_backoff_ms": (50, 500), "max_retries": 20,
                "attempt_timeout_ms": 8000, "timeout_ms": 60_000}
    began = time.monotonic()
    with Client(**settings) as client:
        results, _ = all_of(client, count, 16)
    errors = [str(result.error) for result in results if result.error]
    assert time.monotonic() - began < 60 * (1 + count / 16), "deadlines hold"
    assert len(errors) <= count / 20, errors[:3]
    return f"{count - len(errors)} of {count} events, {server.connections} connections"


def ipv6(directory, count):
    """An address that leads nowhere costs a moment, not the connect timeout: each client gets its event."""
    make_link(0)
    replace("/etc/hosts", f"127.0.0.1 localhost\n{NOWHERE} both.example\n{THEIRS} both.example\n")
    server, settings = make_server(directory)
    settings = {**settings, "base_url": f"https://both.example:{server.port}", "timeout_ms": 8000, "max_retries": 0}
    longest = 0
    for _ in range(count):
        began = time.monotonic()
        with Client(**settings) as client:
            client.get("event")
        longest = max(longest, time.monotonic() - began)
    assert longest < 3, f"a first call took {longest:.1f} s"
    with Client(**settings) as client:
        results, _ = all_of(client, count, 16)
    assert not [result.error for result in results if result.error]
    return f"{count} clients, the slowest first call took {longest:.2f} s"


def lookups(directory, count):
    """With a name server that never answers every event ends by its deadline."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    replace("/etc/resolv.conf", "nameserver 127.0.0.1\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 53))
        worst = 0
        for deadline in (0.5, 4):
            settings = {"base_url": "https://no.answer.example", "timeout_ms": int(deadline * 1000), "max_retries": 0}
            with Client(**settings) as client, Queue(client, 32) as queue:
                began = {}
                for tag in range(min(count, 32)):
                    queue.add("event", tag)
                    began[tag] = time.monotonic()
                    if tag % 8 == 0:
                        queue.next(50)
                while (result := queue.next(60_000)) is not None:
                    assert result.error.code == "timeout", str(result.error)
                    worst = max(worst, time.monotonic() - began[result.tag] - deadline)
                freed = time.monotonic()
            assert time.monotonic() - freed < 1, "freeing waits for nothing"
        assert worst < 1, f"an event came {worst:.1f} s after its deadline"
    return f"{min(count, 32)} events twice, at most {worst:.2f} s after the deadline"


def main():
    name, count = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as directory:
        print({"loss": loss, "ipv6": ipv6, "lookups": lookups}[name](pathlib.Path(directory), count))
        sys.stdout.flush()
        os._exit(0)  # the servers' threads go with the process


main()
