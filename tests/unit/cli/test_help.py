"""The help of every command: words, examples, options, exit codes; and that asking for it costs nothing."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from bluelamp.cli import exits, main
from bluelamp.cli.app import app

# typer imports pydantic by itself when it reads the options of a sub-command.
HEAVY = ("duckdb", "pyarrow", "fastapi", "sqlalchemy", "rich", "numpy", "httpx", "obstore", "shapely", "pandas")
ROOT: Any = typer.main.get_command(app)


def commands(command: Any = ROOT, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


ALL = list(commands())
NAMES = [" ".join(path) or "bluelamp" for path, _ in ALL]


@pytest.mark.parametrize(("path", "command"), ALL, ids=NAMES)
def test_each_command_has_help_with_examples_on_their_own_lines(path, command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*path, "--help"]) == 0
    shown = capsys.readouterr().out
    examples = [line.strip() for line in shown.partition("Examples:\n")[2].splitlines() if line.startswith("    ")]
    assert examples, shown
    for example in examples:
        assert example.startswith("bluelamp ")
        words = shlex.split(example)[1:]
        assert tuple(words[: len(path)]) == path, "an example is of its own command"
    assert "..." not in shown.partition("Commands:\n")[2].partition("Examples:")[0], "a command's words were cut off"
    assert max(len(line) for line in shown.splitlines()) <= 100


@pytest.mark.parametrize(("path", "command"), ALL, ids=NAMES)
def test_each_example_is_a_command_line_that_is_understood(path, command):
    for line in (command.epilog or "").splitlines():
        if line.strip().startswith("bluelamp "):
            words = shlex.split(line)[1:]
            ROOT.make_context("bluelamp", words, resilient_parsing=False)
            below, rest = ROOT, words
            while getattr(below, "commands", None):
                below, rest = below.commands[rest[0]], rest[1:]
            below.make_context(below.name, rest)


@pytest.mark.parametrize(("path", "command"), ALL, ids=NAMES)
def test_no_option_or_argument_is_without_words(path, command):
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{path}: {parameter.name}"
        assert "<" not in (parameter.metavar or "")


def test_the_exit_codes_stand_in_the_help(capsys):
    main(["--help"])
    assert exits.SHORT in capsys.readouterr().out
    for code in exits.WORDS:
        assert f" {code} " in exits.SHORT.replace(":", " ")


def test_bluelamp_alone_prints_its_help(capsys):
    assert main([]) in (0, 2)
    assert "Commands:" in capsys.readouterr().out


def test_version(capsys):
    from bluelamp import __version__

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"bluelamp {__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["archive", "load", "--help"], ["ask", "--help"]])
def test_help_and_version_import_nothing_heavy(arguments):
    program = (
        "import sys; from bluelamp.cli import main; main(sys.argv[1:]); "
        f"found = [name for name in {HEAVY!r} if name in sys.modules]; sys.exit(str(found) if found else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_importing_the_package_imports_nothing_heavy():
    program = (
        "import sys, bluelamp; bluelamp.__version__; "
        f"found = [name for name in {(*HEAVY, 'typer', 'bluelamp.api')!r} if name in sys.modules]; "
        "sys.exit(str(found) if found else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
