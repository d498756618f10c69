"""What is kept is its owner's: the home is 0700, databases, their copies and the settings 0600. Homes of before are
tightened when they are opened. Used wherever a database or a home is made or opened.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# In the home itself; what lies in its folders is shut in with it.
_OURS = ("ledger.sqlite", "live.sqlite", "bluelamp.toml", "writer.lock")
_FILES = ("*.sqlite", "*.sqlite-wal", "*.sqlite-shm", "*.copy", "*.outdated", "*.damaged", "bluelamp.toml")


def private_folder(path: Path) -> None:
    """Make a folder that nobody else may enter, where there is none. Raises OSError."""
    if not path.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)


def private_file(path: Path) -> None:
    """Make an empty file that nobody else may read, or shut one that is there to others. What lies beside a SQLite
    database has its permissions. Raises OSError where it cannot be made."""
    if path.exists():
        tighten(path)
    else:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def tighten(path: Path) -> None:
    """Take from others what they may do with a file or folder; where that cannot be changed, it stays as it is."""
    with suppress(OSError):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _OTHERS:
            path.chmod(mode & ~_OTHERS)


def tighten_home(home: Path) -> None:
    """Shut a home of before to others; nothing where there is none yet, nor where a folder holds nothing of ours: the
    name of a home may be mistyped."""
    if home.is_dir() and any((home / name).exists() for name in _OURS):
        tighten(home)
        for pattern in _FILES:
            for path in home.glob(pattern):
                tighten(path)
