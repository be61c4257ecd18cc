# SPDX-License-Identifier: Apache-2.0
"""The long runs of Tests/soak/run.sh: servers, programs, and what they counted."""

import os
import pathlib
import random
import shlex
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
CONFORMANCE = HERE.parent / "conformance"
sys.path.insert(0, str(CONFORMANCE / "support"))

from paths import C_PROGRAMS, STAGE
from servers.behaviours import DOCUMENTED, chunked, event, head, reply, sending
from servers.certificates import Authority
from servers.external import nginx
from servers.fault_server import FaultServer

SCALE = float(os.environ.get("SOAK_SCALE", "1"))
SEED = os.environ.get("SOAK_SEED") or str(int(time.time()))


def scaled(count):
    return max(1, int(count * SCALE))


def compiled(directory, source):
    """Builds a program against the staged library, as a user would."""
    environment = {**os.environ, "PKG_CONFIG_PATH": str(STAGE / "lib" / "pkgconfig")}
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "dora"], env=environment, check=True, capture_output=True,
                           text=True).stdout
    program = directory / source.stem
    subprocess.run(["cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-g", "-O1", "-pthread", "-o", program, source,
                    *shlex.split(flags), f"-Wl,-rpath,{STAGE / 'lib'}"], check=True)
    return program


def run(name, *command, seconds):
    """Runs a program to its end; returns whether it was a good one."""
    began = time.monotonic()
    try:
        result = subprocess.run([*map(str, command)], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=seconds)
    except subprocess.TimeoutExpired:
        print(f"{name}: FAILED: not done after {seconds} s", flush=True)
        return False
    told = " ".join((result.stdout + result.stderr).split())
    outcome = "held" if result.returncode == 0 else f"FAILED with {result.returncode}"
    print(f"{name}: {outcome} after {time.monotonic() - began:.0f} s: {told}", flush=True)
    return result.returncode == 0


def unreliable(share):
    """A behaviour that does wrong now and then."""
    chance = random.Random(1)
    faults = [reply(503), reply(429), reply(404, b"{}"), sending(b"", "reset"), reply(200, b"<html>"),
              sending(head(200, ("Content-Length", 99)) + b"\r\n{", "cut"), sending(chunked(DOCUMENTED[:99], end=b""), "reset")]

    def behaviour(exchange):
        (chance.choice(faults) if chance.random() < share else event)(exchange)
    return behaviour


class Soak:
    def __init__(self, directory):
        self.directory = directory
        self.authority = Authority(directory)

    def server(self, plain=False):
        server = FaultServer(None if plain else self.authority.context())
        server.answer("event", event)
        server.answer("slow", lambda exchange: (exchange.wait(0.2), event(exchange)))
        server.answer("unreliable", unreliable(0.2))
        server.answer("silent", lambda exchange: exchange.be_silent())
        return server

    def nginx(self):
        """The one that is fast."""
        directory = pathlib.Path(tempfile.mkdtemp(dir=self.directory))
        directory.chmod(0o755)
        return nginx(directory, self.authority, gzip=False, keepalive_requests=100_000_000)

    def program(self, name):
        source = HERE / "c" / f"{name}.c"
        return compiled(self.directory, source if source.exists() else C_PROGRAMS / f"{name}.c")

    def cancels(self):
        with self.nginx() as (base_url, _):
            return run("cancels", self.program("cancels"), base_url, self.authority.ca_file, 64, 4, scaled(18_000), seconds=1200)

    def forks(self):
        server = self.server()
        return run("forks", self.program("forks"), server.base_url, self.authority.ca_file, 8, 2, scaled(3_400),
                   seconds=1800)

    def sequences(self):
        server = self.server(plain=True)
        # Several at once, each with a part of them and a seed of its own.
        parts = 4
        program = self.program("sequences")
        began = time.monotonic()
        running = [subprocess.Popen([str(program), server.base_url, str(scaled(120_000) // parts), str(int(SEED) + part)],
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for part in range(parts)]
        good = True
        for part, process in enumerate(running):
            try:
                told = process.communicate(timeout=2400)[0]
            except subprocess.TimeoutExpired:
                process.kill()
                told = process.communicate()[0] + "not done in time"
            good = good and process.returncode == 0
            outcome = "held" if process.returncode == 0 else f"FAILED with {process.returncode}"
            seconds = time.monotonic() - began
            print(f"sequences, seed {int(SEED) + part}: {outcome} after {seconds:.0f} s: {' '.join(told.split())}", flush=True)
        return good

    def ids(self):
        with self.nginx() as (base_url, _):
            count = scaled(1_000_000)
            return run("ids", self.program("queue_memory"), base_url, self.authority.ca_file, count, count, 128, seconds=1800)

    def loss(self):
        return self.in_network("loss", scaled(300), seconds=600)

    def ipv6(self):
        return self.in_network("ipv6", scaled(50), seconds=200)

    def lookups(self):
        return self.in_network("lookups", 64, seconds=120)

    def in_network(self, name, count, seconds):
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        return run(name, "unshare", *user, "--net", "--mount", sys.executable, HERE / "network.py", name, count, seconds=seconds)


NAMES = ["cancels", "forks", "sequences", "ids", "loss", "ipv6", "lookups"]


def main():
    names = sys.argv[1:] or NAMES
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        sys.exit(f"no such run: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    with tempfile.TemporaryDirectory() as directory:
        soak = Soak(pathlib.Path(directory))
        outcomes = [getattr(soak, name)() for name in names]
    sys.exit(0 if all(outcomes) else 1)


main()
