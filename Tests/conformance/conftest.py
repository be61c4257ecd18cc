# SPDX-License-Identifier: Apache-2.0
from fixtures import *  # noqa: F403


# Where slow tests compile, the longest first. What measures time comes when that is over.
COMPILING = ["packages", "hosts", "events", "bindings"]


def pytest_collection_modifyitems(items):
    """Files that compile come first, so that none is begun when the others are through."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}

    def place(item):
        folder = item.path.parent.name
        return COMPILING.index(folder) if item.path in slow and folder in COMPILING else len(COMPILING)

    items.sort(key=place)
