# SPDX-License-Identifier: Apache-2.0
"""Adds up JUnit reports: prints what failed and, on the last line, "N passed, N failed".

A skipped test counts as failed unless its reason is listed here, and so does a
report that is missing: its runner broke off.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree

ALLOWED_SKIP_REASONS = frozenset()


def outcome(case):
    """None for a test that passed, else what happened."""
    for kind in ("failure", "error"):
        element = case.find(kind)
        if element is not None:
            return (element.get("message") or kind).splitlines()[0]
    skipped = case.find("skipped")
    if skipped is None:
        return None
    reason = skipped.get("message") or (skipped.text or "").strip()
    return None if reason in ALLOWED_SKIP_REASONS else f"skipped: {reason}"


def main():
    passed, failed = 0, 0
    for report in map(pathlib.Path, sys.argv[1:]):
        if not report.is_file():
            print(f"FAILED {report.name}: the test run broke off before its report")
            failed += 1
            continue
        for case in ElementTree.parse(report).iter("testcase"):
            problem = outcome(case)
            if problem is None:
                passed += 1
            else:
                failed += 1
                print(f"FAILED {case.get('classname')} {case.get('name')}: {problem}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
