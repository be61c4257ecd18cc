# SPDX-License-Identifier: Apache-2.0
"""What the Python contenders have in common.

    contender.py BASE_URL CA_FILE MODE COUNT

MODE time: microseconds per event. start: milliseconds from the program's first line to the first
event. memory: KiB of peak memory that the import and COUNT calls add to the interpreter's.
"""

import resource
import sys
import time

began = time.perf_counter()
base_url, ca_file, mode, count = *sys.argv[1:4], int(sys.argv[4])


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


bare = peak()


def report(fetch):
    """`fetch` gets one event and looks at its name."""
    fetch()
    if mode == "start":
        print((time.perf_counter() - began) * 1000)
        return
    before = time.perf_counter()
    for _ in range(count):
        fetch()
    print((time.perf_counter() - before) / count * 1e6 if mode == "time" else peak() - bare)
