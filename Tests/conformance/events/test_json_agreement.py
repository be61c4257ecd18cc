# SPDX-License-Identifier: Apache-2.0
"""What the library accepts and takes out of a document agrees with Python's json, over generated documents.

The stated departures: of equal names the last one counts, an unpaired surrogate is U+FFFD, 512 levels
are the most, and a number that is no exact int64 is no time.
"""

import decimal
import json
import random
import re

import pytest

import capi
from harness import DoraError, call, copied, dora, event_of
from json_documents import documents
from test_datetime_agreement import expected_nanoseconds

DOCUMENTS = 40_000
SURROGATE = re.compile("[\ud800-\udfff]")
# The fields that are one string, each by its place in "data". A new one is an attribute unless it is said here.
TEXTS = {field: ("attributes", field) for field in capi.FAILURE_TEXTS if field not in ("env", "team")} | {
    "id": ("id",), "type": ("type",),
    **{f"git_{name}": ("attributes", "git", name) for name in ("commit_sha", "repository_url", "repository_id")}}


class Number(str):
    """A number as it is written: Python would round it, or refuse to make so large a one."""


class Reader:
    """Python's json, told to read as the library says it reads."""

    def __init__(self):
        self.has_duplicates = self.has_surrogates = False
        self.decoder = json.JSONDecoder(object_pairs_hook=self.members, parse_int=Number, parse_float=Number,
                                        parse_constant=self.refuse)

    def read(self, document):
        """The document as Python values, strings not yet `plain`; raises ValueError."""
        return self.decoder.decode(document.decode())

    def members(self, pairs):
        result = {self.text(name): value for name, value in pairs}
        self.has_duplicates |= len(result) < len(pairs)
        return result

    def text(self, text):
        """With U+FFFD for every surrogate that Python left unpaired."""
        replaced = SURROGATE.sub("\ufffd", text)
        self.has_surrogates |= replaced != text
        return replaced

    def plain(self, value):
        """A value with all its strings replaced."""
        if isinstance(value, Number):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.plain(element) for element in value]
        if isinstance(value, dict):
            return {name: self.plain(member) for name, member in value.items()}
        return value

    @staticmethod
    def refuse(constant):
        raise ValueError(constant)


def is_text(value):
    return isinstance(value, str) and not isinstance(value, Number)


def c_string(value):
    """What a C program sees of a string: all up to a NUL."""
    return value.split("\0")[0] if is_text(value) else None


def texts_in(value):
    return [c_string(element) for element in value if is_text(element)] if isinstance(value, list) else []


def names_in(value):
    return [c_string(value)] if is_text(value) else texts_in(value)


def merged(texts, others):
    """The texts, then the others that are not among the first hundred of them."""
    return texts + [text for text in others if text not in texts[:100]]


def tags_in(custom):
    """The tags of an object, cut where a C string ends."""
    if not isinstance(custom, dict):
        return []
    tags = []
    for key, value in custom.items():
        values = [value] if is_text(value) else value if isinstance(value, list) else []
        values = [element for element in values if is_text(element)]
        # A tag that ends in its key is there once.
        tags += [c_string(f"{key}:{element}") for element in (values[:1] if "\0" in key else values)]
    return tags


def member(value, *names):
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def time_of(value):
    if isinstance(value, Number):
        sign, digits, exponent = decimal.Decimal(value).as_tuple()
        digits = "".join(map(str, digits)).lstrip("0")
        significant = digits.rstrip("0")
        exponent += len(digits) - len(significant)
        if not significant:
            return 0
        if exponent < 0 or len(significant) + exponent > 19:
            return None
        integer = int(significant) * 10**exponent * (-1 if sign else 1)
        return integer if -2**63 <= integer < 2**63 else None
    expected = expected_nanoseconds(value) if is_text(value) else None
    return expected and expected[0]


def check_lists(event, attributes, has_duplicates, document):
    for field in ("env", "team"):
        texts = names_in(member(attributes, field))
        assert getattr(event, f"{field}s") == texts, (field, document)
        assert getattr(event, field) == (texts[0] if texts else None), (field, document)
    services, service = (names_in(member(attributes, field)) for field in ("services", "service"))
    assert event.services == (merged(services, service) if services else service), document
    documented, tags = texts_in(member(attributes, "custom_tags")), tags_in(member(attributes, "custom"))
    expected = merged(documented, tags)
    # Python keeps a repeated key at its first place.
    same_order = sorted if has_duplicates else list
    assert same_order(event.custom_tags) == same_order(expected), document


def check_fields(event, data, has_duplicates, document):
    for field, path in TEXTS.items():
        assert getattr(event, field) == c_string(member(data, *path)), (field, document)
    attributes = member(data, "attributes")
    assert event.started_at == time_of(member(attributes, "started_at")), document
    assert event.finished_at == time_of(member(attributes, "finished_at")), document
    check_lists(event, attributes, has_duplicates, document)
    assert event.json == document


def check_pointers(rng, failure, root, document):
    """A walk from the root down to somewhere, and one step too far."""
    pointer, value = "", root
    while True:
        text = copied(dora.dora_failure_copy_json, failure, pointer.encode())
        assert text is not None and text in document and text.strip(b" \t\r\n") == text, (pointer, document)
        reader = Reader()
        assert reader.plain(reader.read(text)) == value, (pointer, document)
        decoded = copied(dora.dora_failure_copy_string, failure, pointer.encode())
        assert decoded == (value.encode() if is_text(value) else None), (pointer, document)
        if isinstance(value, dict):
            # A C string can't hold a NUL, nor a pointer such a name.
            steps = [name for name in value if "\0" not in name]
        else:
            steps = list(range(len(value))) if isinstance(value, list) else []
        if not steps:
            break
        step = rng.choice(steps)
        pointer += "/" + str(step).replace("~", "~0").replace("/", "~1")
        value = value[step]
    assert copied(dora.dora_failure_copy_json, failure, f"{pointer}/none of these".encode()) is None


def read_with_python(document):
    reader = Reader()
    try:
        root = reader.plain(reader.read(document))
    except ValueError:
        return None, reader
    return (root if isinstance(member(root, "data"), dict) else None), reader


def parse(document):
    try:
        return call(dora.dora_parse_failure, document, len(document))
    except DoraError as error:
        assert error.code == "malformed_response" and (error.body or b"") == document
        return None


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_documents_agree():
    rng = random.Random(8259)
    accepted = 0
    for document in documents(rng, DOCUMENTS):
        root, reader = read_with_python(document)
        failure = parse(document)
        assert (failure is None) == (root is None), document
        if failure is None:
            continue
        accepted += 1
        check_pointers(rng, failure, root, document)
        event = event_of(failure)
        check_fields(event, root["data"], reader.has_duplicates, document)
        notes = "\n".join(event.violations)
        assert ("a duplicate name" in notes) == reader.has_duplicates, document
        # Python forgets the earlier one of two equal names, and what was in it.
        assert reader.has_duplicates or ("an unpaired surrogate" in notes) == reader.has_surrogates, document
    # Neither side of the comparison is left out.
    assert DOCUMENTS * 0.25 < accepted < DOCUMENTS * 0.75


@pytest.mark.parametrize("levels", [511, 512, 513])
def test_512_levels_are_the_most(levels):
    inner = levels - 2
    document = b'{"data":{"x":' + b"[" * inner + b"]" * inner + b"}}"
    assert isinstance(Reader().read(document)["data"], dict)
    failure = parse(document)
    assert (failure is None) == (levels > 512)
    dora.dora_failure_free(failure)


def test_a_pointer_into_equal_names_takes_the_last():
    failure = parse(b'{"data":{"x":{"y":1},"x":{"z":"2"},"\\u0078":{"z":3}}}')
    assert copied(dora.dora_failure_copy_json, failure, b"/data/x/z") == b"3"
    assert dora.dora_failure_copy_json(failure, b"/data/x/y", None, 0) == capi.SIZE_MAX
    dora.dora_failure_free(failure)
