"""A skip is told, with how to get what is missing; with the switch on it is a failure."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
CASES = {
    "a skip inside a test": "def test_one():\n    import pytest\n    pytest.skip('not today')\n",
    "a skip by mark": "import pytest\n@pytest.mark.skip(reason='not today')\ndef test_one(): pass\n",
    "a module that skips itself": "import pytest\npytest.skip('not today', allow_module_level=True)\n",
    "a browser that is missing": "import pytest\n@pytest.mark.browser\ndef test_one(): pass\n",
}


def run(folder, text, *, strict):
    """Run pytest on one file where there is no browser; return its exit code and what it printed."""
    shutil.copy(CONFTEST, folder / "conftest.py")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = browser: x\n", encoding="utf-8")
    (folder / "test_it.py").write_text(text + "\n\ndef test_other(): pass\n", encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COMPETENCE_GRAPH_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        env={
            **kept,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PATH": str(folder),
            "COMPETENCE_GRAPH_TESTS_STRICT": "1" if strict else "0",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("case", CASES)
def test_with_the_switch_on_no_skip_passes(case, tmp_path):
    code, said = run(tmp_path, CASES[case], strict=True)

    assert code != 0
    assert "COMPETENCE_GRAPH_TESTS_STRICT is on: a skip is a failure here." in said


@pytest.mark.parametrize("case", CASES)
def test_with_the_switch_off_a_skip_is_a_skip(case, tmp_path):
    code, said = run(tmp_path, CASES[case], strict=False)

    assert code in {0, 5}
    assert "1 skipped" in said


def test_a_missing_browser_is_told_with_how_to_get_it(tmp_path):
    _, said = run(tmp_path, CASES["a browser that is missing"], strict=False)

    assert "1 x no Chromium here. To run them: apt-get install chromium" in said
