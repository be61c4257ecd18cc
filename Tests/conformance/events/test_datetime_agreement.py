# SPDX-License-Identifier: Apache-2.0
"""Date-times agree with an implementation on Python's calendar, over generated values, good and bad."""

import calendar
import datetime
import json
import random
import re

import pytest

from harness import parse

VALUES = 120_000
FORM = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII)
EPOCH = datetime.datetime(1970, 1, 1)


def expected_nanoseconds(text):
    """Nanoseconds since 1970 and whether digits were lost; None for what is no date-time."""
    match = FORM.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    fraction, sign, ahead_hours, ahead_minutes = match.groups()[6:]
    ahead = datetime.timedelta(hours=int(ahead_hours or 0), minutes=int(ahead_minutes or 0))
    if ahead >= datetime.timedelta(days=1) or int(ahead_minutes or 0) > 59 or not 1678 <= year <= 2261 or second > 60:
        return None
    try:
        # Python knows no leap second: it is the second after the one before.
        local = datetime.datetime(year, month, day, hour, minute, min(second, 59))
    except ValueError:
        return None
    utc = local + ahead if sign == "-" else local - ahead
    if second == 60 and (utc.hour, utc.minute, utc.day) != (23, 59, calendar.monthrange(utc.year, utc.month)[1]):
        return None
    seconds = (utc - EPOCH) // datetime.timedelta(seconds=1) + (second == 60)
    digits = fraction or ""
    return seconds * 10**9 + int(digits[:9].ljust(9, "0")), len(digits) > 9


def generate(rng):
    """A value of the right form, whose numbers may be off."""
    year = rng.choice([rng.randint(1678, 2261), rng.randint(1960, 2040), rng.choice([1677, 1678, 2261, 2262, 1900, 2000])])
    month = rng.randint(1, 12) if rng.random() < 0.95 else rng.choice([0, 13])
    last = calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 31
    day = rng.choice([rng.randint(1, 28), rng.randint(1, 28), last, last + 1, rng.randint(0, 32)])
    hour, minute, second = rng.randint(0, 23), rng.randint(0, 59), rng.randint(0, 59)
    offset = rng.choice(["Z", "z", "Z", "+00:00", "-00:00", f"{rng.choice('+-')}{rng.randint(0, 24):02}:{rng.randint(0, 61):02}"])
    if rng.random() < 0.3:
        minute, second = 59, rng.choice([59, 60, 61])
        ahead = int(offset[:3]) if len(offset) > 1 and offset.endswith("00") else 0
        hour = (23 + ahead) % 24
        day = rng.choice([1, last, day])
    elif rng.random() < 0.1:
        hour, minute = rng.choice([23, 24, 25]), rng.choice([0, 59, 60])
    fraction = "." + "".join(rng.choices("0123456789", k=rng.choice([1, 2, 3, 6, 9, 10, 12]))) if rng.random() < 0.5 else ""
    return f"{year:04}-{month:02}-{day:02}{rng.choice('TTTt ')}{hour:02}:{minute:02}:{second:02}{fraction}{offset}"


def damage(rng, text):
    """One character is changed, lost or added."""
    at = rng.randrange(len(text))
    stray = rng.choice("0123456789-+:.TtZz ,/\x00é０")
    return rng.choice([text[:at] + stray + text[at + 1:], text[:at] + text[at + 1:], text[:at] + stray + text[at:]])


@pytest.mark.slow
def test_date_times_agree():
    rng = random.Random(3339)
    accepted = 0
    for _ in range(VALUES // 2):
        texts = [generate(rng) for _ in range(2)]
        if rng.random() < 0.25:
            texts[1] = damage(rng, texts[1])
        attributes = {"started_at": texts[0], "finished_at": texts[1]}
        event = parse(json.dumps({"data": {"attributes": attributes}}).encode())
        violations = []
        for name, text in attributes.items():
            expected = expected_nanoseconds(text)
            assert getattr(event, name) == (expected and expected[0]), text
            accepted += expected is not None
            if expected is None:
                violations.append(f"/data/attributes/{name}: not an RFC 3339 date-time from 1678 to 2261")
            elif expected[1]:
                violations.append(f"/data/attributes/{name}: finer than a nanosecond, cut")
        assert event.violations == violations, texts
    # Neither side of the comparison is left out.
    assert VALUES * 0.2 < accepted < VALUES * 0.8
