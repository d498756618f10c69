"""The commands of a recording, and a process that runs many of them on one home.

Usage: python -m tests.recorded.commands HOME COMMANDS RESULTS
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.recorded.clock import LOOKED, environment, tick
from tests.recorded.homes import DEMO, FEED

_LOOKING = (
    "archive status", "archive coverage", "archive files", "archive releases", "archive quality", "archive profile",
    "archive scope", "archive forces", "doctor", "reference status", "config show", "keys list", "hooks list",
    "feeds list", "live status", "gazetteer status", "synthetic archive",
)  # fmt: skip
_NARROWED = (
    "archive coverage --dataset stops --state missing", "archive coverage --force kent --from 2022-01 --to 2022-06",
    "archive files --force kent --dataset crimes", "archive quality --by-file --force kent",
    "archive quality --dataset stops", "archive profile --force kent --all", "archive profile --properties",
    "archive coverage --force nowhere", "archive files --state loaded", "doctor --quick",
)  # fmt: skip
_QUESTIONS = (
    "crimes", "crimes --by crime_type", "crimes --by force,month --limit 30", "outcomes --by outcome_type",
    "crimes --measure with_outcome,still_open,median_months_to_outcome --by crime_type --where recorded=true --limit 6",
    "stops --by object", "stops --measure count --by year --order -count", "crimes --by year --force humberside",
    "crimes --from 2022-01 --to 2022-03 --by month", "crimes --as-of 2023-05", "crimes --as-of 1999-01",
    "calls --by nature", "calls --measure calls,median_minutes_open --by date", "calls --by hour", "stops --fields",
    "crimes --fields", "calls --fields", "nonsense", "crimes --by nonsense", "crimes --measure nonsense",
    "crimes --where crime_type=nonsense", "crimes --by map_point --limit 5",
)  # fmt: skip
# Commands that change a home stand last, in this order. INPUT is the folder that the home was loaded from.
_CHANGING = (
    "archive scope --force kent --dataset crimes", "archive coverage --state missing", "archive scope --reset",
    "archive discard nonsense -y", "archive discard 2023-05 -y", "archive rebuild -y", "archive status",
    "reference sync --from-files INPUT/reference --dry-run", "archive load INPUT/nothing.zip", "keys remove nobody",
    "hooks dead hook_0123456789abcdef", "hooks remove hook_0123456789abcdef", "backup INPUT/backup --json",
)  # fmt: skip
_DEMO = (
    "archive diff 2023-05 2023-06", "archive diff 2023-05 2023-06 --force kent --from 2023-03 --json",
    "archive diff 2023-06 2023-07", f"live status {FEED} --json", f"gazetteer find {FEED} Nowhere",
    f"places score --feed {FEED}", f"places score --feed {FEED} --json", "archive load INPUT/2023-06.zip --dry-run",
    "archive load INPUT/2023-05.zip --force kent --dry-run --json",
)  # fmt: skip
_DEMO_CHANGING = (
    f"live compact {FEED} --json", f"live rebuild {FEED} --json", "archive load INPUT/2023-06.zip",
    f'places fix --feed {FEED} Nowhere --lat 33.6 --lon -100.9 --why A-test', "keys remove A-newsroom",
)  # fmt: skip


def choose(home: str) -> list[str]:
    """The commands to record on a home of that name."""
    found = [*_LOOKING, *(f"{words} --json" for words in _LOOKING), *_NARROWED]
    if home != DEMO:
        return [*found, *(f"ask {question}" for question in _QUESTIONS if "nonsense" not in question), *_CHANGING]
    for question in _QUESTIONS:
        found += [f"ask {question}", f"ask {question} --json", f"ask {question} --format csv"]
    found += ["crime nonsense", "crime 2023-01-kent-street-2", *_help(), *_DEMO]
    return list(dict.fromkeys([*found, *_DEMO_CHANGING, *_CHANGING]))


def _help() -> Iterator[str]:
    """Each command's own words, and what is said of none."""
    from typer.main import get_command

    from bluelamp.cli.app import app

    def below(command: Any, path: str) -> Iterator[str]:
        yield f"{path} --help".strip()
        for name, one in getattr(command, "commands", {}).items():
            yield from below(one, f"{path} {name}".strip())

    yield from below(get_command(app), "")
    yield from ("", "--version", "nonsense", "archive nonsense", "archive status --nonsense", "ask")


def run(home: Path, commands: list[str]) -> Iterator[tuple[str, str]]:
    """(command, what it printed) of each, in a process whose clock stands still."""
    asked, told = home.with_name("commands.json"), home.with_name("printed.json")
    asked.write_text(json.dumps(commands), encoding="utf-8")
    words = [sys.executable, "-m", "tests.recorded.commands", str(home), str(asked), str(told)]
    subprocess.run(words, check=True, env=environment(LOOKED), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield from zip(commands, json.loads(told.read_text(encoding="utf-8")), strict=True)


def _printed(home: Path, command: str) -> str:
    from bluelamp.cli import main

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    words = [word.replace("INPUT", str(home.parent)) for word in command.split()]
    code: object
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(["--home", str(home), *words])
        except SystemExit as ended:
            code = ended.code
        except BaseException:  # whatever it is, a user would see it
            code = traceback.format_exc()
    out.seek(0)
    err.seek(0)
    return f"exit {code}\n-- out\n{out.read()}\n-- err\n{err.read()}"


def _main(home: Path, asked: Path, told: Path) -> None:
    printed = []
    for command in json.loads(asked.read_text(encoding="utf-8")):
        tick()
        printed.append(_printed(home, command))
    told.write_text(json.dumps(printed), encoding="utf-8")


if __name__ == "__main__":
    _main(*map(Path, sys.argv[1:]))
