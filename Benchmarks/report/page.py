# SPDX-License-Identifier: Apache-2.0
"""Writes the performance page: page.py PRINTED OUTPUT.

PRINTED holds NAME.txt, what Benchmarks/NAME/run.sh printed. OUTPUT gets performance.md, and in performance/ the
charts of the comparisons that people look for first.
"""

from __future__ import annotations

import pathlib
import platform
import re
import subprocess
import sys
import textwrap

from chart import chart, number
from tables import Comparison, read

ABOUT = """\
Everything in a table was measured in one run, contenders in turns. Given are the median, its ratio to the
first line's, and the range. A ratio says more than a time: the times are this machine's.
"""

# The sections of the page, in order: benchmark, heading, what is compared.
SECTIONS = [
    ("serial", "One at a time", "The same call again and again on one connection. Bare libcurl is a C program "
     "that keeps one handle, sends the same headers and throws the body away: the limit of what a client on "
     "libcurl can reach. libdora checks, decodes and hands out the event."),
    ("queue", "Many at once", "A completion queue beside a C program on curl-multi with as many transfers in "
     "flight, over one HTTP/2 connection; and beside the official Python client, which speaks HTTP/1.1, with "
     "threads and on asyncio."),
    ("search", "Search", "All incident events of a span of time, 1,000 to a page, every field of each read. "
     "The others send the same requests one after the other; libdora asks for the next page while the program "
     "reads. Bare libcurl throws the pages away."),
    ("threads", "Threads", "Eight threads on one client beside eight threads with a bare handle each. More is "
     "better."),
    ("parse", "Parsing", "`dora_parse_failure`, every field read, freed; beside JSON libraries that do the same "
     "work on the same text."),
    ("bindings", "From other languages", "The Python package and the Ruby gem beside the official clients and what "
     "people use without one."),
    ("load", "Loading", "`dlopen` in a fresh process."),
    ("memory", "Memory", "Peak resident memory of the whole process, and what a waiting id costs."),
]

# The comparisons with a chart: benchmark, and which one of it.
CHARTS = {("serial", 1), ("queue", 3), ("search", 4), ("bindings", 1)}


def first_line(*command: str) -> str:
    try:
        result = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return next(iter((result.stdout + result.stderr).splitlines()), "")


def machine() -> list[str]:
    """What was measured on, by what the programs say of themselves."""
    cpu = re.search(r"model name\s*: (.+)", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    system = re.search(r'PRETTY_NAME="(.+)"', pathlib.Path("/etc/os-release").read_text(encoding="utf-8"))
    cores = first_line("nproc")
    version = re.search(r'#define DORA_VERSION "(.+)"', pathlib.Path("include/dora.h").read_text(encoding="utf-8"))
    facts = {
        "libdora": version.group(1) if version else "",
        "processor": f"{cpu.group(1) if cpu else platform.machine()}, {cores} cores",
        "system": f"{system.group(1) if system else ''}, Linux {platform.release().split('-', maxsplit=1)[0]}",
        "libcurl": first_line("curl", "--version").partition("libcurl/")[2],
        "server": first_line("nginx", "-v").partition(": ")[2] + ", on loopback, TLS 1.3",
        "compilers": f"{first_line('cc', '--version')}; {first_line('swift', '--version')}",
        "Python": platform.python_version(),
    }
    return [f"| {name} | {value} |" for name, value in facts.items()]


def table(comparison: Comparison) -> list[str]:
    lines = [f"| {comparison.title} | {comparison.unit} | ratio | from | to |", "| --- | ---: | ---: | ---: | ---: |"]
    for row in comparison.rows:
        lines.append(f"| {row.name} | {number(row.median)} | {row.ratio:.2f} | {number(row.low)} | {number(row.high)} |")
    return lines


def section(name: str, heading: str, about: str, printed: pathlib.Path, charts: pathlib.Path) -> list[str]:
    output = read((printed / f"{name}.txt").read_text(encoding="utf-8"))
    lines = [f"## {heading}", "", *textwrap.wrap(about, 100), ""]
    for index, comparison in enumerate(output.comparisons, start=1):
        if (name, index) in CHARTS:
            file = charts / f"{name}-{index}.svg"
            file.write_text(chart(comparison), encoding="utf-8")
            lines += [f"![{comparison.title}]({charts.name}/{file.name})", ""]
        lines += [*table(comparison), ""]
    if output.other:
        lines += ["```", *output.other, "```", ""]
    return [*lines, f"`Benchmarks/{name}/run.sh`", ""]


def main() -> None:
    printed, output = map(pathlib.Path, sys.argv[1:])
    benchmarks = {file.stem for file in printed.glob("*.txt")}
    unknown = benchmarks - {name for name, _, _ in SECTIONS}
    if unknown:
        sys.exit(f"page.py: no section for {', '.join(sorted(unknown))}: add one to SECTIONS")
    charts = output / "performance"
    charts.mkdir(parents=True, exist_ok=True)
    for old in charts.glob("*.svg"):
        old.unlink()
    lines = ["<!-- Written by Benchmarks/run.sh: do not edit. -->", "# Performance", "", *textwrap.wrap(ABOUT, 100), "",
             "| | |", "| --- | --- |", *machine(), ""]
    for name, heading, about in SECTIONS:
        if name not in benchmarks:
            continue
        lines += section(name, heading, about, printed, charts)
    (output / "performance.md").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
