"""The frame of the tests: what they need beyond Python, the switch against skips, the last lines of a run."""

import os
import shutil
import sys
from pathlib import Path

import coverage
import pytest

# Each worker of pytest-xdist measures what it runs; make combines what they saw.
MEASURED = coverage.Coverage(data_suffix=True) if os.environ.get("COMPETENCE_GRAPH_COVERAGE") else None
if MEASURED is not None:
    MEASURED.start()


def pytest_unconfigure():
    """Write down what was measured."""
    if MEASURED is not None:
        MEASURED.stop()
        MEASURED.save()


# On in .ci/run: there a skip means that an install step is missing.
STRICT = os.environ.get("COMPETENCE_GRAPH_TESTS_STRICT", "") not in ("", "0")

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
DICTIONARIES = ("/usr/share/hunspell", "/usr/share/myspell", "/usr/share/myspell/dicts")


def browser() -> str | None:
    """Return the path of a Chromium; COMPETENCE_GRAPH_TESTS_BROWSER names another."""
    named = os.environ.get("COMPETENCE_GRAPH_TESTS_BROWSER")
    return named or next((found for name in BROWSERS if (found := shutil.which(name))), None)


def sparql_server() -> bool:
    """Whether the Oxigraph server can be started."""
    return Path(sys.executable).with_name("oxigraph").exists() or bool(shutil.which("oxigraph"))


def speller() -> bool:
    """Whether hunspell and both dictionaries are there."""
    words = all(any(Path(folder, f"{name}.dic").exists() for folder in DICTIONARIES) for name in ("lt_LT", "en_GB"))
    return shutil.which("hunspell") is not None and words


def node() -> str | None:
    """Return the path of a node: the machine's, else the one of PyPI beside our Python."""
    return shutil.which("node", path=f"{os.environ['PATH']}{os.pathsep}{Path(sys.executable).parent}")


def issuer() -> bool:
    """Whether an issuer of OpenID Connect can be started."""
    return node() is not None and Path(__file__).parents[1].joinpath("node_modules", "oidc-provider").is_dir()


# Marker -> whether it is here, what is missing, how to get it.
NEEDS = {
    "browser": (browser, "no Chromium", "apt-get install chromium"),
    "server": (sparql_server, "no SPARQL server", "make install (it brings the PyPI package oxigraph)"),
    "oidc": (issuer, "no oidc-provider", "make assets (it brings the npm package; node must be there)"),
    "spelling": (speller, "no spell checker", "apt-get install hunspell hunspell-lt hunspell-en-gb"),
}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Drive the machine's own Chromium; root may only without Chromium's sandbox."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": browser(), "args": arguments}


def pytest_collection_modifyitems(items):
    lacking = {marker: why for marker, (here, why, _) in NEEDS.items() if not here()}
    for item in items:
        for marker, why in lacking.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"{why} on this machine"))


def refuse_skip(report):
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.longrepr = f"{why}\nCOMPETENCE_GRAPH_TESTS_STRICT is on: a skip is a failure here."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    refuse_skip(report)
    return report


def pytest_terminal_summary(terminalreporter):
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    for _, why, how in NEEDS.values():
        count = sum(f"{why} on this machine" in reason for reason in reasons)
        if count:
            terminalreporter.write_line(f"Skipped for want of it: {count} x {why} here. To run them: {how}")
