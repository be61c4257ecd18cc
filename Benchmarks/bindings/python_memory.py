# SPDX-License-Identifier: Apache-2.0
"""Memory over many calls, or over a search of many events, and what each of them takes.

    python_memory.py BASE_URL CA_FILE calls|search COUNT

The search asks a server of its own, the tests' reading of the list endpoint.
"""

import os
import pathlib
import subprocess
import sys
import time

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "bindings" / "python" / "src"))
import libdora

base_url, ca_file, what, count = *sys.argv[1:4], int(sys.argv[4])

SERVER = """
import pathlib, sys, tempfile, time
sys.path.insert(0, sys.argv[1])
from servers.certificates import Authority
from servers.fault_server import FaultServer
from servers.list_server import World, items
with tempfile.TemporaryDirectory() as folder:
    authority = Authority(pathlib.Path(folder))
    server = FaultServer(authority.context())
    server.answer_list(World(items(int(sys.argv[2]), seconds_between=10)))
    print(server.base_url, authority.ca_file, flush=True)
    sys.stdin.read()
"""


def resident():
    with open("/proc/self/statm") as facts:
        return int(facts.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def calls(client):
    for _ in range(count):
        assert client.get_failure("documented-example").name
        yield


def search(client):
    for failure in client.search():
        assert failure.id
        yield


server = None
if what == "search":
    tests = os.environ.get("DORA_TEST_PYTHON", str(CHECKOUT / ".build" / "venv" / "bin" / "python"))
    server = subprocess.Popen([tests, "-c", SERVER, str(CHECKOUT / "Tests" / "conformance" / "support"), str(count)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    base_url, ca_file = server.stdout.readline().split()

with libdora.Client(base_url=base_url, ca_file=ca_file, api_key="api", app_key="app", timeout=None) as client:
    began, half, done = time.perf_counter(), 0, 0
    for _ in (calls if what == "calls" else search)(client):
        done += 1
        if done == count // 2:
            half = resident()
    took = time.perf_counter() - began
assert done == count
print(f"  {what:<10} {resident() - half:>8} KiB over {count // 2}, {took / count * 1e6:.1f} µs each")
if server is not None:
    server.stdin.close()
    server.wait()
