# SPDX-License-Identifier: Apache-2.0
"""Runs the contenders in turns and prints medians: compare.py DIRECTORY [ROUNDS]."""

import os
import pathlib
import statistics
import subprocess
import sys

import documents

BODIES = {"documented example": "example", "the same, indented": "example-indented", "an event as it is sent": "sent",
          "1 MiB event": "large"}
CONTENDERS = ["libdora", "simdjson", "rapidjson", "foundation"]


def run(directory, program, *arguments):
    return float(subprocess.run([directory / program, *map(str, arguments)], check=True, stdout=subprocess.PIPE).stdout)


def compare(directory, rounds):
    print(f"{'parse, take every field, free':<22}{'µs':>12}{'MB/s':>10}{'× libdora':>12}")
    for title, body in BODIES.items():
        file = directory / f"{body}.json"
        size = file.stat().st_size
        times = {contender: [] for contender in CONTENDERS}
        for _ in range(rounds):
            for contender in CONTENDERS:
                times[contender].append(run(directory, contender, file, 60))
        medians = {contender: statistics.median(values) for contender, values in times.items()}
        print(f"{title}, {size:,} bytes")
        for contender, time in medians.items():
            ratio = time / medians["libdora"]
            print(f"  {contender:<20}{time / 1000:>12.3f}{size / time * 1000:>10.0f}{ratio:>12.2f}")


def linearity(directory, rounds):
    sizes = "".join(f"{size // 1024:>8} KiB" for size in documents.SIZES)
    print(f"\n{'libdora, ns per byte':<22}{sizes}   memory at the peak, × the body of 8 MiB")
    for number, shape in enumerate(documents.SHAPES):
        row = f"{shape:<22}"
        for size in documents.SIZES:
            file = directory / f"shape-{number}-{size}.json"
            time = statistics.median(run(directory, "libdora", file, 30) for _ in range(rounds))
            row += f"{time / file.stat().st_size:>12.3f}"
        # The program holds the body that it reads from; the library's own copy is counted.
        print(row + f"{run(directory, 'libdora', file) / file.stat().st_size:>12.2f}")


def main():
    directory = pathlib.Path(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    documents.main(directory)
    print(f"{os.cpu_count()} cores, medians of {rounds} rounds, contenders in turns\n")
    compare(directory, rounds)
    linearity(directory, max(1, rounds // 2))


if __name__ == "__main__":
    main()
