# SPDX-License-Identifier: Apache-2.0
"""Reads include/dora.h as data: its sections, declarations and the contract of each.

The comments have one form: paragraphs, then "Parameters:", "Returns:", "Errors:" and
"Threads:" where they apply. What does not have it is an error, so that neither the header
nor what is made from it can go astray.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re

# Where the text of the header's rules starts, after their names.
RULE_COLUMN = 11
# What compilers want to know of a declaration, and readers need not.
ATTRIBUTE = re.compile(r"^DORA_MUST_USE(?: DORA_FREED_BY\(\w+\))?\n", re.MULTILINE)
FIELDS = ("Parameters", "Returns", "Errors", "Threads", "Since")


class HeaderError(Exception):
    """The header departs from its own form."""


@dataclasses.dataclass
class Comment:
    paragraphs: list[str] = dataclasses.field(default_factory=list)
    parameters: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    fields: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Declaration:
    """A function, type, callback, constant or macro, and what its own comment says."""

    kind: str
    name: str
    text: str
    value: str = ""
    comment: Comment | None = None
    result: str = ""
    arguments: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Block:
    """Declarations without a blank line between them; the first comment is about all of them."""

    comment: Comment
    declarations: list[Declaration]


@dataclasses.dataclass
class Section:
    title: str
    blocks: list[Block]

    def declarations(self, *kinds: str) -> list[Declaration]:
        return [each for block in self.blocks for each in block.declarations if each.kind in kinds]


@dataclasses.dataclass
class Header:
    summary: str
    rules: list[tuple[str, str]]
    sections: list[Section]
    version: str

    def declarations(self, *kinds: str) -> list[Declaration]:
        return [each for section in self.sections for each in section.declarations(*kinds)]


def read(path: pathlib.Path) -> Header:
    text = ATTRIBUTE.sub("", path.read_text(encoding="utf-8"))
    summary, rules = read_file_comment(text)
    parts = re.split(r"^/\* -{3,} (.+) \*/$", text, flags=re.MULTILINE)
    sections = [Section(title, read_blocks(body)) for title, body in zip(parts[1::2], parts[2::2])]
    if not sections:
        raise HeaderError(f"{path}: no section, such as /* ---- Errors */")
    version = re.search(r'^#define DORA_VERSION "(.+)"$', text, re.MULTILINE)
    if version is None:
        raise HeaderError(f"{path}: no DORA_VERSION")
    return Header(summary, rules, sections, version.group(1))


def comment_lines(comment: str) -> list[str]:
    """The text of a comment, without its frame."""
    inner = comment.removeprefix("/**").removesuffix("*/")
    lines = [re.sub(r"^\s*\* ?", "", line).rstrip() for line in inner.split("\n")]
    return [lines[0].strip(), *lines[1:]]


def read_file_comment(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The header's first comment: what it is, and the rules that hold for every function."""
    comment = re.search(r"/\*\*\n.*?\*/", text, re.DOTALL)
    if comment is None:
        raise HeaderError("no comment on the whole header")
    summary, rules_text = "\n".join(comment_lines(comment.group())).split("\nRules that hold for every function:\n")
    rules: list[tuple[str, str]] = []
    for line in filter(None, rules_text.split("\n")):
        name, words = line[:RULE_COLUMN].strip(), line[RULE_COLUMN:].strip()
        if name:
            rules.append((name, words))
        else:
            rules[-1] = (rules[-1][0], f"{rules[-1][1]} {words}")
    return " ".join(summary.split()), rules


def read_blocks(body: str) -> list[Block]:
    """The blocks of a section: comments hold no blank line, so that these part the blocks."""
    blocks = []
    for chunk in re.split(r"\n\s*\n", body):
        if not re.search(r"^(#define DORA_|typedef|enum|\w[\w *]*dora_\w+\()", chunk, re.MULTILINE):
            continue
        blocks.append(read_block(chunk.strip()))
    return blocks


TOKEN = re.compile(r"(?P<comment>/\*\*.*?\*/)|(?P<macro>^#define [^\n]*)|(?P<enum>^enum \{.*?^\};)"
                   r"|(?P<declaration>^\w[^;{}#]*;)|(?P<rest>\S[^\n]*)", re.DOTALL | re.MULTILINE)


def read_block(chunk: str) -> Block:
    comment: Comment | None = None
    own: Comment | None = None
    declarations: list[Declaration] = []
    for token in TOKEN.finditer(chunk):
        text = token.group()
        if token.lastgroup == "comment":
            own = read_comment(text)
            comment = comment or own
        elif token.lastgroup == "rest":
            raise HeaderError(f"neither a comment nor a declaration: {text!r}")
        else:
            declarations += read_declarations(str(token.lastgroup), text, own)
            own = None
    undocumented = [each.name for each in declarations if comment is None and each.comment is None]
    if undocumented:
        raise HeaderError(f"no comment on {', '.join(undocumented)}")
    return Block(comment or Comment(), declarations)


def read_declarations(kind: str, text: str, comment: Comment | None) -> list[Declaration]:
    if kind == "enum":
        return read_enum(text)
    if kind == "macro":
        _, name, value = text.split(None, 2)
        return [Declaration("macro", name, text, value, comment)]
    joined = " ".join(text.split())
    callback = re.fullmatch(r"typedef (.+?)\(\*(dora_\w+)\)\((.*)\);", joined)
    if callback:
        return [Declaration("callback", callback.group(2), joined, comment=comment, result=callback.group(1).strip(),
                            arguments=callback.group(3).split(", "))]
    function = re.fullmatch(r"(\w[\w *]*?\W)(dora_\w+)\((.*)\);", joined)
    if function and not joined.startswith("typedef"):
        return [Declaration("function", function.group(2), joined, comment=comment,
                            result=function.group(1).strip(), arguments=function.group(3).split(", "))]
    typedef = re.fullmatch(r"typedef .*\b(dora_\w+);", joined)
    if typedef:
        return [Declaration("type", typedef.group(1), joined, comment=comment)]
    raise HeaderError(f"a declaration of an unknown form: {joined!r}")


def read_enum(text: str) -> list[Declaration]:
    constants = []
    pattern = r"(?:/\*\*(?P<comment>.*?)\*/\s*)?(?P<name>DORA_\w+) = (?P<value>\d+)"
    for constant in re.finditer(pattern, text, re.DOTALL):
        comment = constant["comment"]
        constants.append(Declaration("constant", constant["name"], constant.group(), constant["value"],
                                     read_comment(f"/**{comment}*/") if comment else None))
    return constants


def read_comment(comment: str) -> Comment:
    result = Comment()
    paragraph: list[str] = []
    label = ""

    def end_paragraph() -> None:
        if paragraph:
            result.paragraphs.append(" ".join(paragraph))
            paragraph.clear()

    lines = comment_lines(comment)
    if len(lines) == 1:
        lines = re.sub(r" ((?:Returns|Errors|Threads|Since): )", r"\n\1", lines[0]).split("\n")
    for line in lines:
        start = re.match(r"(\w+): (.+)", line)
        if start and start.group(1) in FIELDS:
            end_paragraph()
            label = start.group(1)
            if label == "Parameters":
                line = " " * len("Parameters: ") + start.group(2)
            else:
                result.fields[label] = start.group(2)
                continue
        elif start and start.group(1) != "Default" and not paragraph:
            raise HeaderError(f"an unknown label: {line!r}")
        if not line.strip():
            end_paragraph()
            label = ""
        elif label == "Parameters":
            add_parameter_line(result, line)
        elif label:
            result.fields[label] += " " + line.strip()
        else:
            paragraph.append(line.strip())
    end_paragraph()
    return result


def add_parameter_line(comment: Comment, line: str) -> None:
    start = re.fullmatch(r" {12}(\w+) {2,}(\S.*)", line)
    if start:
        comment.parameters.append((start.group(1), start.group(2)))
    elif comment.parameters:
        name, text = comment.parameters[-1]
        comment.parameters[-1] = (name, f"{text} {line.strip()}")
    else:
        raise HeaderError(f"a parameter without a name: {line!r}")
