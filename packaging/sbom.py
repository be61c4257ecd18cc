# SPDX-License-Identifier: Apache-2.0
"""Writes a release's bill of materials in SPDX's form.

    sbom.py FOLDER VERSION COMPILER SYSTEM

FOLDER holds the release's files and gets libdora-VERSION.spdx.json, which lists each with its checksums, what the
library needs at run time, and what it was compiled with. The date is SOURCE_DATE_EPOCH's.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import pathlib
import sys

# What the library loads. Nothing is copied into it but what the compiler adds.
NEEDS = {
    "libcurl": ("7.68 or later", "curl"),
    "glibc": ("2.17 or later", "LGPL-2.1-or-later"),
}

Element = dict[str, object]


def package(name: str, version: str, licence: str, **more: object) -> Element:
    return {"SPDXID": f"SPDXRef-Package-{name}", "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False, "licenseConcluded": licence, "licenseDeclared": licence, "copyrightText": "NOASSERTION",
            **more}


def file(path: pathlib.Path, number: int) -> Element:
    content = path.read_bytes()
    checksums = [{"algorithm": name, "checksumValue": hashlib.new(name.lower(), content).hexdigest()}
                 for name in ("SHA1", "SHA256")]
    return {"SPDXID": f"SPDXRef-File-{number}", "fileName": f"./{path.name}", "checksums": checksums,
            "licenseConcluded": "Apache-2.0", "copyrightText": "2026 the libdora authors"}


def relationship(one: str, kind: str, other: str) -> Element:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def document(folder: pathlib.Path, version: str, compiler: str, system: str) -> Element:
    files = [file(path, number) for number, path in enumerate(sorted(folder.iterdir()), 1)]
    library = package("libdora", version, "Apache-2.0", supplier="Organization: the libdora authors")
    needs = [package(name, needed, licence) for name, (needed, licence) in NEEDS.items()]
    swift = package("swift", compiler.removeprefix("Swift "), "Apache-2.0 WITH Swift-exception")
    digest = hashlib.sha256(json.dumps(files).encode()).hexdigest()
    date = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    subject = "SPDXRef-Package-libdora"
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"libdora-{version}",
        # A name, no address: it need only be another for other files.
        "documentNamespace": f"https://spdx.org/spdxdocs/libdora-{version}-{digest}",
        "creationInfo": {"created": f"{date:%Y-%m-%dT%H:%M:%SZ}", "creators": ["Organization: the libdora authors",
                                                                               "Tool: packaging/sbom.py"]},
        "comment": f"Made on {system} with {compiler}.",
        "packages": [library, *needs, swift],
        "files": files,
        "relationships": [
            relationship("SPDXRef-DOCUMENT", "DESCRIBES", subject),
            *[relationship(subject, "CONTAINS", str(each["SPDXID"])) for each in files],
            *[relationship(subject, "DYNAMIC_LINK", str(each["SPDXID"])) for each in needs],
            relationship("SPDXRef-Package-swift", "BUILD_TOOL_OF", subject),
        ],
    }


def main() -> None:
    folder, version, compiler, system = sys.argv[1:]
    text = json.dumps(document(pathlib.Path(folder), version, compiler, system), indent=2) + "\n"
    (pathlib.Path(folder) / f"libdora-{version}.spdx.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
