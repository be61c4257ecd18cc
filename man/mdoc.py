# SPDX-License-Identifier: Apache-2.0
"""Plain text, as it stands in a comment of the header, to mdoc(7)."""

from __future__ import annotations

import re
import textwrap

from header import Header

WIDTH = 78
# What gets a macro of its own; everything else is text.
SPECIAL = re.compile(r"""(?P<opening>[(\[]*)(?:
      (?P<call>dora_\w+)\((?P<arguments>[^()]*)\)
    | (?P<name>dora_\w+)
    | (?P<constant>(?:DORA|CURLE)_\w+|NULL|SIZE_MAX)
    | (?P<variable>DD_[A-Z_]+)
    | (?P<literal>`[^`]+`)
    | (?P<page>[a-z-]+)\((?P<section>\d)\)
    )(?P<closing>[.,;:)\]]*)(?=\s|$)""", re.VERBOSE)


def escape(text: str) -> str:
    text = re.sub(r"(?<![\w.])-(?=\d)", r"\\-", text.replace("\\", "\\e"))
    return re.sub(r"^([.'])", r"\\&\1", text)


def argument(text: str) -> str:
    """An argument of a macro."""
    if re.fullmatch(r"[(\[.,;:)\]?!|]", text):
        return text
    text = escape(text).replace('"', "\\(dq")
    return f'"{text}"' if " " in text else text


class Writer:
    """Writes text that refers to the header's names from one page."""

    def __init__(self, header: Header, here: set[str]):
        self.functions = {each.name for each in header.declarations("function", "callback")}
        self.types = {each.name for each in header.declarations("type")}
        self.here = here

    def text(self, text: str) -> list[str]:
        """The lines of a paragraph: a sentence starts a line, a macro has its own."""
        lines: list[str] = []
        for sentence in re.split(r"(?<=[a-z0-9)\]\"A-Z`][.?!]) (?=[A-Z(\"`d])", text):
            lines += self.sentence(sentence)
        return lines

    def sentence(self, text: str) -> list[str]:
        lines: list[str] = []
        position = 0
        for match in SPECIAL.finditer(text):
            if match.start() < position or (match.start() > 0 and not text[match.start() - 1].isspace()):
                continue
            macro = self.macro(match)
            if macro is None:
                continue
            lines += self.words(text[position:match.start()])
            lines.append(macro)
            position = match.end()
        return lines + self.words(text[position:])

    def words(self, text: str) -> list[str]:
        wrapped = textwrap.wrap(" ".join(text.split()), WIDTH - 6, break_long_words=False, break_on_hyphens=False)
        return [escape(line) for line in wrapped]

    def macro(self, match: re.Match[str]) -> str | None:
        words = self.named(match)
        if words is None:
            return None
        opening = [argument(each) for each in match["opening"]]
        closing = [argument(each) for each in match["closing"]]
        return " ".join(["." + words[0], *opening, *words[1:], *closing])

    def named(self, match: re.Match[str]) -> list[str] | None:
        if match["call"]:
            return ["Fn", match["call"], *map(argument, match["arguments"].split(", "))]
        if match["constant"]:
            return ["Dv", match["constant"]]
        if match["variable"]:
            return ["Ev", match["variable"]]
        if match["literal"]:
            return ["Ql", argument(match["literal"].strip("`"))]
        if match["page"]:
            return ["Xr", match["page"], match["section"]]
        name = match["name"]
        if name in self.types:
            return ["Vt", name]
        if name not in self.functions:
            return None
        return ["Fn", name] if name in self.here else ["Xr", name, "3"]
