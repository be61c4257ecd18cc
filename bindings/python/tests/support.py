# SPDX-License-Identifier: Apache-2.0
"""What several tests use, and what a process that multiprocessing spawned has to import."""

import subprocess
import sys

import libdora


def fetch_with_own_client(settings, queue):
    with libdora.Client(**settings) as client:
        queue.put([client.get_failure("event").name for _ in range(5)])


def program(text, settings, *arguments, stdin=subprocess.DEVNULL):
    """A Python program with a client, in a process of its own. SIGINT means there what it means in a terminal."""
    start = ("import libdora, signal, sys\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
             f"settings = {settings!r}\nclient = libdora.Client(**settings)\n")
    return subprocess.Popen([sys.executable, "-c", start + text, *arguments], stdin=stdin,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
