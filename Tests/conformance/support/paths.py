# SPDX-License-Identifier: Apache-2.0
"""Where things are: the repository, the installed library, the tests' own files."""

import pathlib

CONFORMANCE = pathlib.Path(__file__).resolve().parents[1]
REPOSITORY = CONFORMANCE.parents[1]
STAGE = REPOSITORY / ".build" / "stage"
EXAMPLES = REPOSITORY / "examples"
PYTHON_PACKAGE = REPOSITORY / "bindings" / "python" / "src"
C_PROGRAMS = CONFORMANCE / "hosts" / "c"
EVENTS = CONFORMANCE / "events" / "data"
