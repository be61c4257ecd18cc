# SPDX-License-Identifier: Apache-2.0
"""Random events as JSON text: of the documented schema, as the API sends them, and beside both, whole, damaged and cut off."""

import json

import capi

# The attributes that are one string.
TEXTS = [name for name in capi.FAILURE_TEXTS if name not in ("id", "type", "env", "team") and not name.startswith("git_")]
NAMES = [*TEXTS, "env", "team", "services", "service", "custom_tags", "custom", "started_at",
         "finished_at", "git", "commit_sha", "repository_url", "repository_id", "id", "type", "data", "attributes",
         "new", "", "a/b", "m~n", "naïve", "日本", "\x00", "Name", "name ", "\ud800"]
WORDS = ["", "a", "production", "SEV-1", "key:value", ":", "dora_failure", "Outage in eu-west\n\t\"quoted\" \\ /", "é",
         "日本語のテキスト", "😀" * 5, "\x00", "a\x00b", "\x7f", "x" * 40, "\ud800", "\udc00\ud800", "\u2028\uffff",
         "https://github.com/organization/example-repository", "2023-08-31T14:26:14Z", "1693491974"]
NUMBERS = ["0", "-0", "1", "1693491974000000000", "1693491974000000000.0", "1.693491974e18", "16934919740E+8", "0.5",
           "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "1e400",
           "-1.25e-7", "1e-999999999", "1E999999999", "100e-2", "105e-2", "123456789012345678901234567890"]
TIMES = ["2023-08-31T14:26:14Z", "2023-08-31 14:26:14.123456789+02:00", "2016-12-31T23:59:60Z", "2023-02-29T00:00:00Z",
         "1969-12-31T23:59:59.999Z", "2023-08-31", "", "1678-01-01T00:00:00Z"]
SPACES = ["", "", "", " ", "\n", "\t", "\r\n", " " * 9]
STRAYS = b'"\\{}[]:,0123456789-+.eEtfnu \n\t\x00\x1f\x7f\x80\xbf\xc0\xc3\xe2\xed\xf4\xffdora'


class Writer:
    """Values as text, with every freedom that JSON leaves."""

    def __init__(self, rng):
        self.rng = rng

    def event(self):
        """An event most of whose fields are what they should be."""
        rng = self.rng
        attributes = []
        for name in rng.sample(TEXTS, rng.randint(0, len(TEXTS))):
            attributes.append((name, self.string() if rng.random() < 0.9 else self.value(2)))
        for name in rng.sample(["env", "team", "services", "service"], rng.randint(0, 4)):
            attributes.append((name, self.names() if rng.random() < 0.9 else self.value(3)))
        for name in rng.sample(["started_at", "finished_at"], rng.randint(0, 2)):
            attributes.append((name, self.time() if rng.random() < 0.9 else self.value(2)))
        if rng.random() < 0.5:
            attributes.append(("custom_tags", self.list(self.string) if rng.random() < 0.8 else self.value(3)))
        if rng.random() < 0.5:
            members = [(rng.choice(WORDS), self.names()) for _ in range(rng.choice([0, 1, 2, 3]))]
            attributes.append(("custom", self.object(members) if rng.random() < 0.8 else self.value(3)))
        if rng.random() < 0.6:
            members = [(name, self.string()) for name in ("commit_sha", "repository_url", "repository_id")
                       if rng.random() < 0.7]
            attributes.append(("git", self.object(members) if rng.random() < 0.9 else self.value(2)))
        attributes += [(rng.choice(NAMES), self.value(3)) for _ in range(rng.choice([0, 0, 1, 2]))]
        rng.shuffle(attributes)
        data = [("id", self.string()), ("type", rng.choice(['"dora_failure"', self.value(1)]))]
        data.append(("attributes", self.object(attributes) if rng.random() < 0.97 else self.value(1)))
        data += [(rng.choice(NAMES), self.value(2)) for _ in range(rng.choice([0, 0, 0, 1]))]
        rng.shuffle(data)
        root = [("data", self.object(data))]
        root += [(rng.choice(NAMES), self.value(2)) for _ in range(rng.choice([0, 0, 0, 1]))]
        return self.space() + self.object(root) + self.space()

    def value(self, depth):
        kind = self.rng.random()
        if depth == 0 or kind < 0.6:
            return self.rng.choice([self.string, self.number, self.literal])()
        if kind < 0.8:
            return self.list(lambda: self.value(depth - 1))
        names = self.rng.choice([0, 1, 2, 3, 20])
        return self.object([(self.rng.choice(NAMES) if names < 20 else f"n{self.rng.randint(0, 400)}",
                             self.value(depth - 1)) for _ in range(names)])

    def names(self):
        """A list of strings or one string."""
        return self.list(self.string) if self.rng.random() < 0.6 else self.string()

    def list(self, element):
        return self.enclosed("[]", [element() for _ in range(self.rng.choice([0, 1, 2, 3, 9]))])

    def object(self, members):
        return self.enclosed("{}", [f"{self.quoted(name)}{self.space()}:{self.space()}{value}" for name, value in members])

    def enclosed(self, brackets, parts):
        inside = ",".join(f"{self.space()}{part}{self.space()}" for part in parts) or self.space()
        return brackets[0] + inside + brackets[1]

    def time(self):
        if self.rng.random() < 0.5:
            return self.number()
        return self.quoted(self.rng.choice(TIMES))

    def number(self):
        return self.rng.choice(NUMBERS)

    def literal(self):
        return self.rng.choice(["true", "false", "null"])

    def string(self):
        return self.quoted("".join(self.rng.choices(WORDS, k=self.rng.choice([1, 1, 1, 2, 3]))))

    def quoted(self, text):
        kind = self.rng.random()
        if kind < 0.15:
            return json.dumps(text)
        if kind < 0.25:
            units = text.encode("utf-16-be", "surrogatepass")
            escapes = (f"\\u{units[at]:02x}{units[at + 1]:02X}" for at in range(0, len(units), 2))
            return '"' + "".join(escapes) + '"'
        # A surrogate can stand in UTF-8 as an escape only.
        raw = json.dumps(text, ensure_ascii=False)
        return "".join(f"\\u{ord(letter):04x}" if "\ud800" <= letter <= "\udfff" else letter for letter in raw)

    def space(self):
        return self.rng.choice(SPACES)


def damaged(rng, document):
    """The document with some bytes changed, lost, added or moved."""
    document = bytearray(document)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        at = rng.randrange(len(document) + 1)
        kind = rng.randrange(4)
        if kind == 0:
            document[at:at + 1] = bytes([rng.choice(STRAYS)])
        elif kind == 1:
            del document[at:at + rng.choice([1, 1, 2, 5])]
        elif kind == 2:
            document[at:at] = bytes([rng.choice(STRAYS)])
        else:
            other = rng.randrange(len(document) + 1)
            document[at:at] = document[other:other + rng.randint(1, 20)]
    return bytes(document)


def documents(rng, count):
    """One in five is whole, three are damaged, one is cut off."""
    writer = Writer(rng)
    for _ in range(count // 5):
        whole = writer.event().encode()
        yield whole
        for _ in range(3):
            yield damaged(rng, whole)
        yield whole[:rng.randrange(len(whole) + 1)]
