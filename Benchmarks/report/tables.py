# SPDX-License-Identifier: Apache-2.0
"""Reads what the benchmarks print.

A comparison is a title line, "TITLE (UNIT, median of N)", and a line for each contender with its
median, the ratio to the first one's, and the range. Other lines are kept as they are.
"""

from __future__ import annotations

import dataclasses
import re

TITLE = re.compile(r"(?P<title>\S.*) \((?P<unit>[^()]+), median of (?P<repetitions>\d+)\)")
ROW = re.compile(r"  (?P<name>\S.*?) +(?P<median>[\d.]+) +(?P<ratio>[\d.]+) × +\((?P<low>[\d.]+) to (?P<high>[\d.]+)\)")
PROGRESS = re.compile(r"==> |Build(ing|) |\[\d+/\d+\]|Compiling |warning:")


@dataclasses.dataclass
class Row:
    name: str
    median: float
    ratio: float
    low: float
    high: float


@dataclasses.dataclass
class Comparison:
    title: str
    unit: str
    repetitions: int
    rows: list[Row]


@dataclasses.dataclass
class Output:
    comparisons: list[Comparison]
    other: list[str]


def read(text: str) -> Output:
    output = Output([], [])
    for line in text.splitlines():
        title = TITLE.fullmatch(line)
        row = ROW.fullmatch(line)
        if title:
            comparison = Comparison(title["title"], title["unit"], int(title["repetitions"]), [])
            output.comparisons.append(comparison)
        elif row and output.comparisons:
            numbers = (float(row[name]) for name in ("median", "ratio", "low", "high"))
            output.comparisons[-1].rows.append(Row(row["name"], *numbers))
        elif line.strip() and not PROGRESS.match(line):
            output.other.append(line)
    return output
