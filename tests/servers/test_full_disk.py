"""A full disk: the write is refused, nothing is lost, and the same process goes on when there is room again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.slow
def test_full_disk_refuses_keeps_and_resumes_without_a_restart(tmp_path: Path) -> None:
    apart = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    place = tmp_path / "small"
    place.mkdir()

    done = subprocess.run(
        [*apart, sys.executable, str(HERE / "full_disk.py"), str(place), str(HERE.parent / "sample" / "example.trig")],
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        check=False,
    )

    if "mounted" not in done.stdout:
        pytest.skip(f"this machine allows no file system of one's own: {done.stderr[-200:]}")
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "mounted",
        "refused",
        "kept",
        "resumed",
        "durable",
    ], done.stderr
