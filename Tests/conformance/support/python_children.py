# SPDX-License-Identifier: Apache-2.0
"""What a process that multiprocessing spawned runs: it has to be importable."""

import dora


def fetch_with_own_client(settings, queue):
    with dora.Client(**settings) as client:
        queue.put([client.get_failure("event").name for _ in range(5)])
