"""The command line: parses and calls, owns no logic. `main` is the installed command `bluelamp`.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 done in part, 130 interrupted.
"""

from bluelamp.cli.app import main

__all__ = ["main"]
