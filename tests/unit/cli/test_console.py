"""What is printed: tables that fit a terminal, plain text elsewhere, nothing that an old terminal cannot show."""

from __future__ import annotations

import io
import json
import sys

import pytest

from bluelamp.cli import console as module
from bluelamp.cli.console import Console, ReaderGoneError, counted, size_words


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch):
    def make(columns: int) -> Terminal:
        stream = Terminal()
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(sys, "stdout", stream)
        return stream

    return make


ROWS = [
    ("crimes", 12_345, "records without a map point: they are in every count and in no place on the map"),
    ("a", 1, "x"),
]


def test_a_table_is_whole_where_nobody_looks(capsys):
    Console().table(["dataset", "rows", "words"], ROWS, right=(1,))
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == f"crimes   12,345  {ROWS[0][2]}"
    assert lines[3] == "a             1  x"


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_a_table_is_folded_to_the_terminal_and_loses_nothing(terminal, columns):
    stream = terminal(columns)
    Console().table(["dataset", "rows", "words"], ROWS, right=(1,))
    lines = stream.getvalue().splitlines()
    assert max(len(line) for line in lines) <= columns
    assert " ".join(stream.getvalue().split()).count("map") == 2
    assert "12,345" in lines[2]


def test_numbers_are_never_folded(terminal):
    stream = terminal(20)
    Console().table(["n", "m", "o"], [(123_456_789, 123_456_789, 123_456_789)], right=(0, 1, 2))
    assert stream.getvalue().count("123,456,789") == 3


def test_sentences_are_folded_on_a_terminal_only(terminal, capsys):
    Console().sentence("word " * 40)
    assert len(capsys.readouterr().out.splitlines()) == 1
    stream = terminal(50)
    Console().sentence("  " + "word " * 40)
    assert all(line.startswith("  ") and len(line) <= 50 for line in stream.getvalue().splitlines())


def test_cells_are_plain(capsys):
    Console().table(["a"], [(None,), (True,), (1.5,), ("two\nlines",)])
    assert capsys.readouterr().out.splitlines()[2:] == ["–", "yes", "1.50", "two lines"]


def test_an_ascii_terminal_gets_something_that_it_can_show(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    Console().table(["a"], [("“Ynys Môn” – and more…",)])
    sys.stdout.flush()
    assert raw.getvalue().decode("ascii").splitlines()[2] == '"Ynys M?n" - and more...'


def test_json_is_ascii_and_one_line(capsys):
    Console().out_json({"name": "Ynys Môn\n"})
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == {"name": "Ynys Môn\n"}
    assert out.count("\n") == 1


def test_a_reader_that_left_is_no_error_of_ours(monkeypatch):
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Gone())
    with pytest.raises(ReaderGoneError):
        Console().out("x")


def test_quiet_and_verbose(capsys):
    for console, expected in ((Console(quiet=True), ""), (Console(), "a\n"), (Console(verbose=True), "a\nb\n")):
        console.note("a")
        console.detail("b")
        assert capsys.readouterr().err == expected


def test_errors_are_said_even_when_quiet(capsys):
    Console(quiet=True).error("It is wrong.", "Do this.")
    assert capsys.readouterr().err == "error: It is wrong.\n       Do this.\n"


@pytest.mark.parametrize("name", ["NO_COLOR", "TERM"])
def test_bars_are_drawn_on_a_terminal_that_can_only(monkeypatch, name):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert Console().draws
    assert not Console(quiet=True).draws
    monkeypatch.setenv(name, "dumb")
    assert not Console().draws
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.delenv(name)
    assert not Console().draws


def test_a_bar_shows_rows_bytes_and_time_left(monkeypatch):
    stream = Terminal()
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys, "stderr", stream)
    bars = Console(verbose=True).progress()
    bars.begin("reading", 1_000_000, 10)
    bars.at(500_000, 5, 4_000)
    bars._rich.refresh()  # type: ignore[union-attr]
    bars.end()
    shown = stream.getvalue()
    assert "rows/s" in shown
    assert "MB/s" in shown or "kB/s" in shown
    assert ":" in shown
    assert "reading: 5 files, 4,000 rows, 500 kB in" in shown


def test_a_step_is_worth_a_line_when_it_takes_long(capsys, monkeypatch):
    for seconds, expected in ((0.1, ""), (60.0, "reading: 5 files, 10 bytes in 60.0 s\n")):
        times = iter([100.0, 100.0 + seconds])
        monkeypatch.setattr(module.time, "monotonic", lambda times=times: next(times))  # type: ignore[attr-defined]
        bars = Console().progress()
        bars.begin("reading", 10, 5)
        bars.at(10, 5)
        bars.end()
        assert capsys.readouterr().err == expected


def test_words_for_numbers():
    assert [counted(number, "file") for number in (0, 1, 1034)] == ["0 files", "1 file", "1,034 files"]
    assert [size_words(size) for size in (0, 999, 1500, 2_500_000, 3e9, 4e12)] == [
        "0 bytes", "999 bytes", "2 kB", "2.5 MB", "3.0 GB", "4.0 TB",
    ]  # fmt: skip
