"""Puts calls into the lake in a process of its own, for tests that kill it: HOME NOW."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from bluelamp.bootstrap import open_history
from bluelamp.settings import read_settings


def main() -> None:
    history = open_history(read_settings({"home": Path(sys.argv[1])})[0])
    # Whatever is loaded on first use shall not be what is interrupted.
    import filelock  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    print("ready", flush=True)
    history.compact_closed(datetime.fromisoformat(sys.argv[2]))
    print("done", flush=True)


if __name__ == "__main__":
    main()
