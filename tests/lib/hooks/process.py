"""A process that does nothing but deliver webhooks: `python hook_process.py HOME [DATABASE]`. Says a line when it has
begun; a test kills it."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from bluelamp.bootstrap import open_live_half
from bluelamp.settings import read_settings


def main() -> None:
    values = {"home": Path(sys.argv[1]), "allow_private_addresses": True, "database": "".join(sys.argv[2:])}
    half = open_live_half(read_settings(values, {})[0])
    half.deliver().start()
    print("begun", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
