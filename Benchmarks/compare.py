#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs commands that print one number each, in turns, and compares their medians.

    compare.py TITLE UNIT REPETITIONS NAME COMMAND [NAME COMMAND ...]

The first command is the mark: the ratio of another is that of its median to the mark's.
"""

import shlex
import statistics
import subprocess
import sys


def main():
    title, unit, repetitions, *rest = sys.argv[1:]
    contenders = list(zip(rest[::2], rest[1::2]))
    numbers = {name: [] for name, _ in contenders}
    for _ in range(int(repetitions)):
        for name, command in contenders:
            output = subprocess.run(shlex.split(command), check=True, capture_output=True, text=True).stdout
            numbers[name].append(float(output))
    print(f"{title} ({unit}, median of {repetitions})")
    mark = statistics.median(numbers[contenders[0][0]])
    for name, _ in contenders:
        median = statistics.median(numbers[name])
        low, high = min(numbers[name]), max(numbers[name])
        print(f"  {name:<28}{median:>12.2f}   {median / mark:>6.3f} ×   ({low:.2f} to {high:.2f})")


main()
