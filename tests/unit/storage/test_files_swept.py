"""Sweeping takes what a killed writer left, and nothing that somebody is writing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bluelamp.storage.files import atomic_path, sweep


def test_what_a_living_process_writes_stays(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = [tmp_path / f"a.gz.{ended.pid}.partial", tmp_path / "deep" / "b.partial"]
    left[1].parent.mkdir()
    for path in left:
        path.write_bytes(b"half")
    with atomic_path(tmp_path / "c.gz") as partial:
        partial.write_bytes(b"whole")
        assert str(os.getpid()) in partial.name
        assert sweep(tmp_path) == 2
    assert (tmp_path / "c.gz").read_bytes() == b"whole"
    assert not any(path.exists() for path in left)
