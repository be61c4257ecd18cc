# SPDX-License-Identifier: Apache-2.0
import pytest
from fixtures import *  # noqa: F403


# Where slow tests compile, the longest first. What measures time comes when that is over.
COMPILING = ["packages", "hosts", "events", "bindings"]
# These wait longest for timers: xdist deals their tests out one by one, and whole files of the others.
WAITING = ["test_forks.py", "test_clocks.py", "test_queue.py", "test_sandboxes.py", "test_http2.py",
           "test_search_faults.py", "test_search_loops.py", "test_shortages.py", "test_queue_rate_limit.py"]


def pytest_collection_modifyitems(items):
    """Files that take long come first, so that none is begun when the others are through."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    long = [("folder", name) for name in COMPILING] + [("file", name) for name in WAITING]

    def place(item):
        if item.path in slow and ("folder", item.path.parent.name) in long:
            return long.index(("folder", item.path.parent.name))
        return long.index(("file", item.path.name)) if ("file", item.path.name) in long else len(long)

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            return nodeid if file.rpartition("/")[2] in WAITING else file

    return Scheduling(config, log)
