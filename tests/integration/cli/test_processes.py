"""The real command in a process of its own: pipes that close, Ctrl-C, terminals, locales, shells."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bluelamp.cli import exits
from tests.lib.cli.command_line import bluelamp, environment, files_of, write_release

pytestmark = pytest.mark.process

COMMAND = [sys.executable, "-m", "bluelamp"]


@pytest.mark.parametrize(
    "words",
    [
        "archive coverage --json",
        "archive coverage",
        "archive files --json",
        "ask crimes --by month -f csv",
        "archive diff 2023-12 2024-01 --json",
        "archive forces",
    ],
)
def test_a_reader_that_stops_reading_causes_no_trace(home, words):
    shell = f"{sys.executable} -m bluelamp {words} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, env=environment(home))
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr
    assert done.stdout.splitlines()[-1] == "0"


def test_a_closed_pipe_ends_it_quietly(home):
    process = subprocess.Popen(
        [*COMMAND, "archive", "coverage", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(home),
    )
    assert process.stdout is not None
    process.stdout.close()
    _, error = process.communicate(timeout=30)
    assert process.returncode == exits.DONE
    assert error == b""


def test_ctrl_c_ends_a_load_at_once_and_the_next_one_finishes_it(tmp_path):
    months = [f"{year}-{number:02d}" for year in range(2012, 2024) for number in range(1, 13)]
    one = next(text for name, text in files_of(["2023-11"]).items() if name.endswith("kent-street.csv"))
    header, row = one.splitlines()[:2]
    big = "\n".join([header, *[row] * 4_000]) + "\n"
    path = write_release(tmp_path / "2023-12.zip", {f"{month}/{month}-kent-street.csv": big for month in months[:30]})
    home = tmp_path / "home"
    process = subprocess.Popen(
        [*COMMAND, "--verbose", "archive", "load", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(home),
        start_new_session=True,
    )
    assert process.stderr is not None
    assert "keeping the bytes as received" in process.stderr.readline()
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the command and to its workers
    _, error = process.communicate(timeout=30)
    assert process.returncode == exits.INTERRUPTED
    assert "Traceback" not in error
    assert "Interrupted. What was finished is kept" in error
    done = bluelamp("archive", "load", home=home)
    assert done.returncode == exits.DONE
    assert "data version" in done.stdout
    again = bluelamp("archive", "load", str(path), home=home)
    assert again.stdout.startswith("Nothing to do")


def on_a_terminal(arguments: list[str], home: Path, columns: int = 80, **more: str) -> str:
    """What the command shows on a terminal of so many columns."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=environment(home, TERM="xterm-256color", COLUMNS=str(columns)) | more,
    )
    os.close(follower)
    shown = b""
    while True:
        ready, _, _ = select.select([leader], [], [], 30)
        try:
            piece = os.read(leader, 65536) if ready else b""
        except OSError:
            piece = b""
        if not piece:
            break
        shown += piece
    os.close(leader)
    assert process.wait(timeout=30) == exits.DONE
    return shown.decode("utf-8").replace("\r\n", "\n")


@pytest.mark.parametrize(
    "words",
    [
        "archive quality",
        "archive coverage --dataset crimes --force kent --force cumbria --force surrey",
        "archive releases",
        "archive files",
        "archive status",
        "ask crimes --by month",
        "ask stops --fields",
        "config show",
        "doctor --quick",
        "reference status",
    ],
)
def test_eighty_columns_are_enough(home, words):
    shown = on_a_terminal(words.split(), home)
    assert "\x1b" not in shown, "no bar and no colour where nothing takes long"
    for line in shown.splitlines():
        assert len(line) <= 80, line


def test_a_terminal_gets_bars_and_one_that_cannot_gets_none(tmp_path, releases):
    arguments = ["archive", "load", str(releases[1])]
    assert "\x1b[" in on_a_terminal(arguments, tmp_path / "a")
    # The other reasons for having none (TERM=dumb, --quiet, no terminal) are in tests/unit/cli/test_console.py.
    assert "\x1b" not in on_a_terminal(arguments, tmp_path / "b", NO_COLOR="1")


@pytest.mark.parametrize(
    "encoding", [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "ascii"}]
)
@pytest.mark.parametrize(
    "words", ["archive coverage", "ask crimes --by month", "--help", "ask crims", "archive quality"]
)
def test_an_old_locale_is_no_error(home, encoding, words):
    done = subprocess.run(
        [*COMMAND, *words.split()], capture_output=True, env=environment(home, COLUMNS="80", **encoding)
    )
    assert done.returncode in (exits.DONE, exits.WRONG_USE)
    assert b"Traceback" not in done.stderr
    assert (done.stdout + done.stderr).isascii()


# -- shells -----------------------------------------------------------------------------------------------------


def completed(words: str, shell: str = "bash") -> list[str]:
    """What a shell would offer for the last word."""
    told = {
        "_BLUELAMP_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    told |= {"_TYPER_COMPLETE_ARGS": words, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    program = "import sys; sys.argv[0] = 'bluelamp'; from bluelamp.cli import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment(**told))  # type: ignore[arg-type]
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout.split()


def test_datasets_forces_fields_and_states_are_completed():
    assert completed("bluelamp ask ") == ["crimes", "outcomes", "stops", "calls", "incidents"]
    assert completed("bluelamp ask s") == ["stops"]
    assert completed("bluelamp archive coverage --force city") == ["city-of-london"]
    assert len(completed("bluelamp archive load --force ")) == 45
    assert completed("bluelamp archive files --dataset o") == ["outcomes"]
    assert completed("bluelamp ask stops --by officer") == ["officer_ethnicity"]
    assert completed("bluelamp ask crimes --measure rec") == ["recorded_crimes", "recorded_crime_rate"]
    assert completed("bluelamp ask calls --by opening") == ["opening_seen"]
    assert "missing" in completed("bluelamp archive coverage --state m")
    assert completed("bluelamp reference sync --kind res") == ["residents"]
    assert "coverage" in completed("bluelamp archive co")


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_completed_as_well(shell):
    assert "kent" in " ".join(completed("bluelamp archive coverage --force ken", shell))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_installed(tmp_path, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} on this machine")
    command = f"{sys.executable} -m bluelamp --install-completion; true"
    done = subprocess.run([shell, "-c", command], capture_output=True, text=True, env=environment(HOME=str(tmp_path)))
    assert "Traceback" not in done.stderr
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any("COMPLETE" in path.read_text() for path in written), done.stdout + done.stderr


def test_the_demo_ends_with_what_to_do_next_and_is_quick_the_second_time(tmp_path):
    arguments = ["demo", "--folder", str(tmp_path / "demo"), "--crimes", "1000"]
    first = bluelamp(*arguments, home=tmp_path / "none", timeout=120)
    assert first.returncode == exits.DONE, first.stderr
    assert "Loaded: 2019-12, 2023-05, 2023-06" in first.stdout
    assert first.stdout.splitlines()[-1].startswith("Ask your own: ")
    second = bluelamp(*arguments, home=tmp_path / "none")
    assert second.returncode == exits.DONE
    assert "making the synthetic release" not in second.stderr
    assert not (tmp_path / "none").exists(), "the demo has a home of its own"


def test_no_connection_is_made_that_nobody_asked_for(home):
    strace = shutil.which("strace")
    if strace is None:
        program = (
            "import socket, sys\n"
            "def refuse(*_): raise AssertionError('a connection')\n"
            "socket.socket.connect = refuse\n"
            "from bluelamp.cli import main\n"
            "sys.exit(main(sys.argv[1:]))"
        )
        command = [sys.executable, "-c", program]
    else:
        command = [strace, "-f", "-e", "trace=connect", *COMMAND]
    for words in ("ask crimes", "doctor"):
        done = subprocess.run([*command, *words.split()], capture_output=True, text=True, env=environment(home))
        assert done.returncode == exits.DONE, done.stderr
        assert not re.search(r"connect\(\d+, \{sa_family=AF_INET", done.stderr)
