"""Fill static/vendor/ from the npm packages: one file a face with Lithuanian kerning intact, and the page script.

    npm ci && python tools/assets.py node_modules service/competence_graph/web/static/vendor

Packages that split a face into "latin" and "latin-ext" lose every pair across the split (Tė, Vą, Fą, Kę), because a
browser kerns inside one file only. So each face is cut from the full font, all Latin of the EU in one file. The names
inside the files are changed: the Open Font License keeps the name "Source" for unmodified copies.

Every file made is compared with tools/assets.sha256; `--write` renews that list after a version is raised on purpose.
Beside the files stand ``licences.json`` (what the about page lists) and the licence texts, since both licences ask that
they travel with the files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Final, NamedTuple

from fontTools import subset
from fontTools.ttLib import TTFont

HASHES: Final = Path(__file__).with_name("assets.sha256")
FACES: Final = {
    "serif-400": "literata/400Regular/Literata_400Regular.ttf",
    "serif-400-italic": "literata/400Regular_Italic/Literata_400Regular_Italic.ttf",
    "serif-500": "literata/500Medium/Literata_500Medium.ttf",
    "sans-400": "source-sans-3/400Regular/SourceSans3_400Regular.ttf",
    "sans-600": "source-sans-3/600SemiBold/SourceSans3_600SemiBold.ttf",
    "mono-400": "source-code-pro/400Regular/SourceCodePro_400Regular.ttf",
}
CHARACTERS: Final = (
    "U+0020-007E,U+00A0-017F,U+0218-021B,U+02C6-02DD,U+0300-0304,U+0307,U+030A,U+030C,U+0328,U+1E9E,"
    "U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+202F,U+2030,U+2032-2033,U+2039-203A,U+20AC,"
    "U+2190-2193,U+2212,U+2260,U+2264-2265"
)
# Real small capitals and tabular figures among them: the tables and the running heads use both.
FEATURES: Final = [
    *("kern", "liga", "locl", "ccmp", "mark", "mkmk", "calt"),
    *("lnum", "onum", "pnum", "tnum", "smcp", "c2sc", "frac", "case"),
]
# Name records that carry the family: family, unique id, full name, PostScript name, typographic family.
FAMILY_RECORDS: Final = (1, 3, 4, 6, 16)


class Part(NamedTuple):
    """A third-party package: what people call it, its licence and the file that holds its text."""

    package: str
    name: str
    licence: str
    text: str
    files: tuple[str, ...]


PARTS: Final = (
    Part("@expo-google-fonts/literata", "Literata", "OFL-1.1", "LICENSE_FONT",
         ("serif-400.woff2", "serif-400-italic.woff2", "serif-500.woff2")),
    Part("@expo-google-fonts/source-sans-3", "Source Sans 3", "OFL-1.1", "LICENSE_FONT",
         ("sans-400.woff2", "sans-600.woff2")),
    Part("@expo-google-fonts/source-code-pro", "Source Code Pro", "OFL-1.1", "LICENSE_FONT", ("mono-400.woff2",)),
    Part("htmx.org", "htmx", "0BSD", "LICENSE", ("htmx.min.js",)),
)  # fmt: skip


def cut(source: Path, target: Path, family: str) -> None:
    """Write the part of a font that we use, under our own family name; the same bytes on every machine."""
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options(flavor="woff2", layout_features=FEATURES, hinting=False, name_IDs=["*"])
    part = subset.Subsetter(options)
    part.populate(unicodes=subset.parse_unicodes(CHARACTERS))
    part.subset(font)
    for record in font["name"].names:
        if record.nameID in FAMILY_RECORDS:
            record.string = family.replace(" ", "") if record.nameID == 6 else family
    font.flavor = "woff2"
    font.save(target)


def licences(packages: Path, vendor: Path) -> None:
    """Write licences.json and copy the licence texts."""
    listed = []
    for part in PARTS:
        text = f"licence-{part.name.lower().replace(' ', '-')}.txt"
        shutil.copyfile(packages / part.package / part.text, vendor / text)
        version = json.loads((packages / part.package / "package.json").read_text(encoding="utf-8"))["version"]
        listed.append(
            {"name": part.name, "version": version, "licence": part.licence, "text": text, "files": list(part.files)}
        )
    (vendor / "licences.json").write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8")


def hashes(vendor: Path) -> str:
    """Return one line a file: SHA-256 and name, in the form that sha256sum reads."""
    files = sorted(path for path in vendor.iterdir() if path.is_file())
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)


def main() -> int:
    """Make the assets; 1 if a file made is not the one that was reviewed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path, help="node_modules, as npm ci leaves it")
    parser.add_argument("vendor", type=Path, help="where the files go; emptied first")
    parser.add_argument("--write", action="store_true", help="renew tools/assets.sha256")
    given = parser.parse_args()
    shutil.rmtree(given.vendor, ignore_errors=True)
    given.vendor.mkdir(parents=True)
    for face, path in FACES.items():
        family = f"CG {face.split('-')[0].title()}"
        cut(given.packages / "@expo-google-fonts" / path, given.vendor / f"{face}.woff2", family)
    shutil.copyfile(given.packages / "htmx.org/dist/htmx.min.js", given.vendor / "htmx.min.js")
    licences(given.packages, given.vendor)
    made = hashes(given.vendor)
    if given.write:
        HASHES.write_text(made, encoding="utf-8")
    elif made != HASHES.read_text(encoding="utf-8"):
        print(f"These assets are not the reviewed ones: compare with {HASHES.name}, or renew it with --write.")
        print(made, end="")
        return 1
    print(f"{len(made.splitlines())} files in {given.vendor}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
