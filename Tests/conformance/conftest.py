# SPDX-License-Identifier: Apache-2.0
from fixtures import *  # noqa: F403


def pytest_collection_modifyitems(items):
    """Files with slow tests come first, so that none is begun when the others are through."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
