"""Build the wheel, open it, install it into an empty environment away from the checkout, and use it there.

A package that works only because the checkout lies beside it fails here: a data folder left out, a template not packed,
a dependency that only the developers have.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import venv
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parent.parent
NAME: Final = "competence-graph"
# Each must end well and print at least this many lines: the data that ship are checked, loaded and asked about.
COMMANDS: Final = (
    (("check",), 1),
    (("load",), 1),
    (("ask", "role_requirements", "--format", "csv"), 50),
)

# Everything in these folders of the checkout must be in the wheel under the prefix on the right.
SHIPPED: Final = {
    "service/competence_graph": "competence_graph",
    "ontology": "competence_graph/_bundled/ontology",
    "shapes": "competence_graph/_bundled/shapes",
    "inventories": "competence_graph/_bundled/inventories",
}
LEFT_OUT: Final = re.compile(r"__pycache__|\.pyc$|/\.|~$")


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Run a program; return what it printed, or end with what it said."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        shown = " ".join(str(part) for part in command[:6])
        sys.exit(f"wheel gate: {shown} ended with {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def runtime_closure() -> set[str]:
    """Return the names of the packages that the service needs at run time, dependencies of dependencies included."""
    closure: set[str] = set()
    waiting = [(NAME, frozenset[str]())]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        name, extras = here
        closure.add(name)
        for line in metadata.requires(name) or []:
            requirement = Requirement(line)
            wanted = ("", *extras)
            if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in wanted):
                waiting.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    return closure - {NAME}


def runtime_lock() -> str:
    """Return the blocks of requirements.lock that the run time needs."""
    closure = runtime_closure()
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text(encoding="utf-8").rstrip())
    kept = [block for block in blocks if canonicalize_name(block.split("==")[0]) in closure]
    return "\n".join(kept) + "\n"


def missing_files(wheel: Path) -> list[str]:
    """Return what git or the build knows in the shipped folders and the wheel lacks."""
    packed = set(zipfile.ZipFile(wheel).namelist())
    lacking = []
    for folder, prefix in SHIPPED.items():
        for path in sorted((ROOT / folder).rglob("*")):
            inside = path.relative_to(ROOT / folder).as_posix()
            if path.is_file() and not LEFT_OUT.search(f"/{inside}") and f"{prefix}/{inside}" not in packed:
                lacking.append(f"{folder}/{inside}")
    vendored = "competence_graph/web/static/vendor/licences.json"
    return lacking if vendored in packed else [*lacking, f"{vendored} (make assets)"]


def main() -> int:
    """Try the wheel as a stranger would."""
    with tempfile.TemporaryDirectory(prefix="wheel-gate-") as text:
        away = Path(text)
        run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", away / "dist", ".", cwd=ROOT)
        (wheel,) = (away / "dist").glob("*.whl")
        if lacking := missing_files(wheel):
            sys.exit("wheel gate: the wheel lacks\n  " + "\n  ".join(lacking))
        lock = away / "runtime.lock"
        lock.write_text(runtime_lock(), encoding="utf-8")
        venv.create(away / "env", with_pip=True)
        python = away / "env" / "bin" / "python"
        pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        run(*pip, "--require-hashes", "-r", lock, cwd=away)
        run(*pip, "--no-deps", wheel, cwd=away)
        run(python, "-m", "pip", "check", cwd=away)

        home = away / "home"
        home.mkdir()
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("COMPETENCE_GRAPH_", "PYTHON"))
        }
        env = kept | {"HOME": str(home), "COMPETENCE_GRAPH_DATA": str(away / "data")}
        command = away / "env" / "bin" / NAME
        for arguments, least in COMMANDS:
            lines = run(command, *arguments, cwd=home, env=env).splitlines()
            print(f"{NAME} {' '.join(arguments)}: {len(lines)} lines")
            if len(lines) < least:
                sys.exit(f"wheel gate: {least} lines or more were expected:\n" + "\n".join(lines))
        if left := sorted(path.name for path in home.iterdir()):
            sys.exit(f"wheel gate: the commands left files in the folder they were called from: {left}")
        print(f"{wheel.name}: {wheel.stat().st_size / 1024:,.0f} KiB, installed and used away from the checkout")
    return 0


if __name__ == "__main__":
    sys.exit(main())
