# SPDX-License-Identifier: Apache-2.0
"""Writes the manual from include/dora.h.

    generate.py OUTPUT     writes the pages
    generate.py --names    prints the names of the files that it would write

OUTPUT/man3 gets dora.3, a page for each section of the header, and one file for each other
name that leads to its page. The date is SOURCE_DATE_EPOCH's.
"""

from __future__ import annotations

import datetime
import os
import pathlib
import sys

from header import Block, Comment, Declaration, Header, HeaderError, Section, read
from mdoc import Writer, argument, escape

HERE = pathlib.Path(__file__).resolve().parent

# The header's sections, their pages, and what a page is about.
PAGES = {
    "Version": ("dora_version", "version of libdora"),
    "Errors": ("dora_error", "what went wrong, and what the API said about it"),
    "Configuration": ("dora_config", "settings that a libdora client is made from"),
    "Client": ("dora_client", "fetch an incident event"),
    "Incident event": ("dora_failure", "read an incident event"),
    "Response facts": ("dora_response", "facts of the response behind an event or an error"),
    "Completion queue": ("dora_queue", "fetch many incident events on one thread"),
    "Search": ("dora_search", "all incident events of a span of time"),
}


class Page:
    """A section of the header as a manual page."""

    def __init__(self, header: Header, section: Section, date: str):
        if section.title not in PAGES:
            raise HeaderError(f"the section {section.title!r} has no page: name one in man/generate.py")
        self.name, self.about = PAGES[section.title]
        self.header, self.section, self.date = header, section, date
        named = section.declarations("function", "callback", "type")
        own = {each.name for each in named}
        # A type that the header declares ahead belongs where it is freed.
        self.types = [each for each in header.sections[0].declarations("type")
                      if f"{each.name}_free" in own or each.name == self.name]
        self.names = [each.name for each in [*named, *self.types]]
        self.writer = Writer(header, own)

    def lines(self) -> list[str]:
        return [*self.head(), *self.synopsis(), ".Sh DESCRIPTION", *self.description(),
                ".Sh EXAMPLES", ".Bd -literal", example(f"examples/{self.name}.c"), ".Ed", *self.foot()]

    def head(self) -> list[str]:
        names = sorted(self.names, key=lambda name: (name != self.name, name))
        return ['.\\" SPDX-License-Identifier: Apache-2.0', '.\\" Made from dora.h by man/generate.py.',
                f".Dd {self.date}", f".Dt {self.name.upper()} 3", f'.Os "libdora {self.header.version}"',
                ".Sh NAME", *[f".Nm {name} ," for name in names[:-1]], f".Nm {names[-1]}", f".Nd {self.about}"]

    def synopsis(self) -> list[str]:
        lines = [".Sh SYNOPSIS", ".In dora.h"]
        for each in self.section.declarations("function", "callback"):
            if each.kind == "callback":
                lines += [f'.Ft typedef "{each.result}"', f'.Fo "(*{each.name})"']
            else:
                lines += [f".Ft {argument(each.result)}", f".Fo {each.name}"]
            lines += [f".Fa {argument(parameter)}" for parameter in each.arguments] + [".Fc"]
        return lines

    def description(self) -> list[str]:
        lines: list[str] = []
        for each in self.types:
            assert each.comment is not None
            lines += [".Bl -tag -width Ds", f".It Vt {each.name}", *self.contract(each.comment), ".El"]
        for block in self.section.blocks:
            lines += self.block(block)
        return lines

    def block(self, block: Block) -> list[str]:
        constants = [each for each in block.declarations if each.kind in ("constant", "macro")]
        named = [each for each in block.declarations if each not in constants]
        if not named:
            return [*self.contract(block.comment, ".Ss Constants"), *self.constants(constants)]
        heading = ".Ss " + " , ".join(each.name for each in named)
        lines = self.contract(block.comment, heading)
        for each in named:
            if each.comment is not None and each.comment is not block.comment:
                lines += self.contract(each.comment, ".Pp", f".Fn {each.name} :")
        return lines

    def constants(self, constants: list[Declaration]) -> list[str]:
        lines = [".Bl -tag -width Ds"]
        for each in constants:
            lines.append(f".It Dv {each.name} No = {argument(each.value)}")
            lines += self.contract(each.comment) if each.comment and each.kind == "constant" else []
        return [*lines, ".El"]

    def contract(self, comment: Comment, *heading: str) -> list[str]:
        lines = [*heading, *self.paragraphs(comment)]
        if not comment.parameters and not comment.fields:
            return lines
        lines.append(".Bl -tag -width Parameters")
        if comment.parameters:
            lines += [".It Sy Parameters", ".Bl -tag -width max_in_flight -compact"]
            for name, text in comment.parameters:
                lines += [f".It Fa {name}", *self.writer.text(text)]
            lines.append(".El")
        for label, text in comment.fields.items():
            lines += [f".It Sy {label}", *self.writer.text(text)]
        return [*lines, ".El"]

    def paragraphs(self, comment: Comment) -> list[str]:
        lines: list[str] = []
        for paragraph in comment.paragraphs:
            lines += [".Pp"] if lines else []
            lines += self.writer.text(paragraph)
        return lines

    def foot(self) -> list[str]:
        others = sorted(name for name, _ in PAGES.values() if name != self.name)
        return [".Sh SEE ALSO", *references(["dora", *others])]


def example(name: str) -> str:
    """A program of this folder, without its first line."""
    text = (HERE / name).read_text(encoding="utf-8").split("\n", 1)[1].rstrip()
    return text.replace("\\", "\\e")


def references(names: list[str]) -> list[str]:
    return [*[f".Xr {name} 3 ," for name in names[:-1]], f".Xr {names[-1]} 3"]


def overview(header: Header, date: str) -> str:
    writer = Writer(header, set())
    pages, rules = [], []
    for name, about in PAGES.values():
        pages += [f".It Xr {name} 3", escape(about[0].upper() + about[1:])]
    for name, text in header.rules:
        rules += [f".It {name}", *writer.text(text)]
    page = (HERE / "dora.3.in").read_text(encoding="utf-8")
    for placeholder, value in {
        "DATE": date,
        "VERSION": header.version,
        "PAGES": "\n".join(pages),
        "RULES": "\n".join(rules),
        "EXAMPLE": example("example.c"),
        "SEE_ALSO": "\n".join(references(sorted(name for name, _ in PAGES.values()))),
    }.items():
        page = page.replace(f"@{placeholder}@", value)
    return page


def manual(header: Header, date: str) -> dict[str, str]:
    """The files of the manual: their names and what is in them."""
    files = {"dora.3": overview(header, date)}
    for section in header.sections[1:]:
        page = Page(header, section, date)
        files.update({f"{name}.3": f".so man3/{page.name}.3\n" for name in page.names})
        files[f"{page.name}.3"] = "\n".join(page.lines()) + "\n"
    return files


def write(output: pathlib.Path, files: dict[str, str]) -> None:
    output.mkdir(parents=True, exist_ok=True)
    for old in output.glob("*.3"):
        old.unlink()
    for name, text in files.items():
        (output / name).write_text(text, encoding="utf-8")


def main() -> None:
    header = read(HERE.parent / "include" / "dora.h")
    if sys.argv[1] == "--names":
        print("\n".join(manual(header, "")))
        return
    day = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    write(pathlib.Path(sys.argv[1]) / "man3", manual(header, f"{day:%B} {day.day}, {day.year}"))


if __name__ == "__main__":
    main()
