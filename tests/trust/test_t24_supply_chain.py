"""T24: what is fetched at build time is pinned and proved: an altered file, or one without a hash, stops the build."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "tools/node.lock")


@pytest.mark.parametrize("lock", LOCKS)
def test_t24_supply_chain_every_package_is_pinned_with_its_hashes(lock):
    text = (ROOT / lock).read_text()
    packages = re.split(r"\n(?=\S)", re.sub(r"\\\n", " ", text).strip())
    wanted = [each for each in packages if each and not each.startswith("#")]

    assert len(wanted) > (50 if lock == "requirements.lock" else 0)
    assert [] == [each[:60] for each in wanted if "==" not in each or "--hash=sha256:" not in each]


@pytest.mark.parametrize("lock", [*LOCKS, "package-lock.json", ".npmrc", "Makefile", ".ci/run"])
def test_t24_supply_chain_no_address_of_a_registry_is_named(lock):
    text = (ROOT / lock).read_text()

    assert not re.search(r"https?://[^\s\"']*(?:pypi|pythonhosted|npmjs|registry)", text)


def test_t24_supply_chain_every_npm_package_has_its_hash_and_runs_nothing():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    assert len(packages) > 4
    assert [] == [
        name for name, each in packages.items() if name and not each.get("integrity", "").startswith("sha512-")
    ]
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text()


def test_t24_supply_chain_pip_is_told_to_demand_the_hashes():
    makefile = (ROOT / "Makefile").read_text()

    assert makefile.count("pip install") == makefile.count("--require-hashes") + makefile.count("--no-deps")


@pytest.mark.skipif(not (ROOT / "node_modules").is_dir(), reason="no node_modules on this machine")
@pytest.mark.parametrize("how", ["changed", "one more byte", "missing"])
def test_t24_supply_chain_an_altered_asset_stops_the_build(tmp_path, how):
    packages = tmp_path / "node_modules"
    shutil.copytree(ROOT / "node_modules" / "@expo-google-fonts", packages / "@expo-google-fonts")
    shutil.copytree(ROOT / "node_modules" / "htmx.org", packages / "htmx.org")
    script = packages / "htmx.org" / "dist" / "htmx.min.js"
    if how == "changed":
        script.write_bytes(script.read_bytes().replace(b"function", b"functiom", 1))
    elif how == "one more byte":
        script.write_bytes(script.read_bytes() + b" ")
    else:
        script.unlink()
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "assets.py"), str(packages), str(tmp_path / "vendor")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode != 0
    assert "htmx" in done.stderr + done.stdout


def test_t24_supply_chain_what_is_served_is_what_was_reviewed():
    vendor = ROOT / "service" / "competence_graph" / "web" / "static" / "vendor"
    listed = dict(
        reversed(line.split(maxsplit=1))
        for line in (ROOT / "tools" / "assets.sha256").read_text().splitlines()
        if line.strip()
    )

    assert listed
    assert {} == {
        name: digest
        for name, digest in listed.items()
        if hashlib.sha256((vendor / name.strip()).read_bytes()).hexdigest() != digest
    }
