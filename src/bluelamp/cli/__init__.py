"""The command line: parses and calls, owns no logic. `main` is the installed command `bluelamp`.

The exit codes and their words stand in `exits`.
"""

from bluelamp.cli.app import main

__all__ = ["main"]
