"""What the commands print with: answers to standard output, everything else to standard error.

Bars and colours only on a terminal, and never with NO_COLOR, TERM=dumb or --quiet; with --json, standard output
carries JSON and nothing else.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

# Steps that are over sooner are worth no line of their own, unless --verbose asks.
_WORTH_A_LINE_SECONDS = 2.0
# A column of text is folded down to this width before the table is left to be wider than the terminal.
_NARROWEST_COLUMN = 10


class ReaderGoneError(Exception):
    """Whoever read standard output has closed it, as `| head` does."""


class Console:
    """One for each run of the command; `quiet` silences what is said beside the answer."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self.quiet = quiet
        self.verbose = verbose

    def write(self, text: str) -> None:
        """A part of the answer as it stands. Raises ReaderGoneError when nobody reads any more."""
        try:
            sys.stdout.write(_encodable(text, sys.stdout))
        except BrokenPipeError:
            raise ReaderGoneError from None

    def flush(self) -> None:
        """Send what was written so far on its way."""
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            raise ReaderGoneError from None

    def out(self, text: str = "") -> None:
        """A line of the answer."""
        self.write(text + "\n")

    def out_json(self, value: object) -> None:
        """One line of JSON; ASCII only, so that no terminal's encoding can break it."""
        self.write(json.dumps(value, ensure_ascii=True) + "\n")

    def sentence(self, text: str) -> None:
        """A sentence of the answer: folded to the terminal's width where there is one, whole elsewhere."""
        width = terminal_width()
        if width is None:
            return self.out(text)
        indent = " " * (len(text) - len(text.lstrip()))
        for line in textwrap.wrap(text.strip(), width, initial_indent=indent, subsequent_indent=indent + "  ") or [""]:
            self.out(line)
        return None

    def note(self, text: str) -> None:
        """Something worth saying beside the answer."""
        if not self.quiet:
            sys.stderr.write(_encodable(text, sys.stderr) + "\n")

    def detail(self, text: str) -> None:
        """Something that only --verbose wants."""
        if self.verbose:
            self.note(text)

    def ask(self, text: str) -> None:
        """A question to whoever sits there; the answer is read from standard input."""
        sys.stderr.write(_encodable(text, sys.stderr))
        sys.stderr.flush()

    def error(self, text: str, hint: str = "") -> None:
        """What is wrong, and what to do, even when quiet."""
        sys.stderr.write(_encodable(f"error: {text}", sys.stderr) + "\n")
        if hint:
            sys.stderr.write(_encodable(f"       {hint}", sys.stderr) + "\n")

    def table(self, names: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[int] = ()) -> None:
        """A plain table, numbers with thousands separators on the right. On a terminal that is too narrow, the widest
        texts are folded into several lines; nothing is cut off."""
        shown = [[_cell(value) for value in row] for row in rows]
        numeric = set(right)
        widths = [max([len(name), *(len(row[at]) for row in shown)]) for at, name in enumerate(names)]
        narrowest = [
            max(len(word) for word in (*name.split(), *(row[at] for row in shown), ""))
            if at in numeric
            else min(widths[at], max(_NARROWEST_COLUMN, *(len(word) for word in name.split())))
            for at, name in enumerate(names)
        ]
        _narrow(widths, narrowest, terminal_width())
        for row in [list(names), ["─" * width for width in widths], *shown]:
            for line in _lines(row, widths):
                cells = [
                    text.rjust(width) if at in numeric else text.ljust(width)
                    for at, (text, width) in enumerate(zip(line, widths, strict=True))
                ]
                self.out("  ".join(cells).rstrip())

    def progress(self) -> Bars:
        return Bars(self)

    @property
    def draws(self) -> bool:
        """Whether bars may be drawn: standard error is a terminal that can."""
        dumb = os.environ.get("TERM") == "dumb" or bool(os.environ.get("NO_COLOR"))
        return sys.stderr.isatty() and not self.quiet and not dumb


class Bars:
    """Progress of the flow: a bar with rows/s, bytes/s and time left on a terminal; a line per long step elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._rich: RichProgress | None = None
        self._task: TaskID | None = None
        self._step = ""
        self._began = 0.0
        self._totals = (0, 0)
        self._done = (0, 0, 0)

    def begin(self, step: str, total_bytes: int, total_items: int) -> None:
        self._step, self._began, self._totals = step, time.monotonic(), (total_bytes, total_items)
        self._done = (0, 0, 0)
        if self._console.draws:
            self._draw()

    def at(self, done_bytes: int, done_items: int, rows: int = 0) -> None:
        self._done = (done_bytes, done_items, rows)
        if self._rich is not None and self._task is not None:
            done = done_bytes if self._totals[0] else done_items
            self._rich.update(self._task, completed=done, speed=self._speed())

    def end(self) -> None:
        if self._rich is not None:
            self._rich.stop()
            self._rich = None
        elapsed = time.monotonic() - self._began
        words = f"{self._step}: {self._amount()} in {elapsed:.1f} s"
        if elapsed >= _WORTH_A_LINE_SECONDS:
            self._console.note(words)
        else:
            self._console.detail(words)

    def _draw(self) -> None:
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._rich = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            console=RichConsole(stderr=True),
            transient=True,
        )
        self._rich.start()
        self._task = self._rich.add_task(self._step, total=self._totals[0] or self._totals[1] or 1, speed="")

    def _speed(self) -> str:
        elapsed = max(time.monotonic() - self._began, 1e-6)
        done_bytes, _, rows = self._done
        parts = [f"{rows / elapsed:,.0f} rows/s"] if rows else []
        if done_bytes:
            parts.append(f"{size_words(round(done_bytes / elapsed))}/s")
        return ", ".join(parts)

    def _amount(self) -> str:
        done_bytes, items, rows = self._done
        parts = [counted(items, "file")] if items and self._totals[0] else []
        if rows:
            parts.append(f"{rows:,} rows")
        elif items and not self._totals[0]:
            parts.append(f"{items:,}")
        if done_bytes:
            parts.append(size_words(done_bytes))
        return ", ".join(parts) or "done"


def size_words(size: float) -> str:
    """Bytes as a person reads them, in powers of ten."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:,.0f} {unit}" if unit in ("bytes", "kB") else f"{size:,.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} TB"


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`, `1,034 files`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def terminal_width() -> int | None:
    """The width of the terminal that standard output is; None where it is a file or a pipe, which take whole lines."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _narrow(widths: list[int], narrowest: list[int], room: int | None) -> None:
    """Narrow the widest columns until the table fits, if it can: texts are folded, and headings above numbers."""
    while room is not None and sum(widths) + 2 * (len(widths) - 1) > room:
        candidates = [at for at in range(len(widths)) if widths[at] > narrowest[at]]
        if not candidates:
            return
        widths[max(candidates, key=lambda at: widths[at])] -= 1


def _lines(row: list[str], widths: list[int]) -> Iterable[list[str]]:
    if all(len(text) <= width for text, width in zip(row, widths, strict=True)):
        return [row]
    folded = [textwrap.wrap(text, width) or [""] for text, width in zip(row, widths, strict=True)]
    height = max(len(cell) for cell in folded)
    return [[cell[at] if at < len(cell) else "" for cell in folded] for at in range(height)]


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return str(value).replace("\n", " ")


def _encodable(text: str, stream: Any) -> str:
    # A terminal in the C locale cannot show dashes and ticks: it gets something it can, never an error.
    encoding = getattr(stream, "encoding", None) or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        plain = text.translate(
            {0x2500: "-", 0x2013: "-", 0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'", 0x2026: "..."}
        )
        return plain.encode(encoding, "replace").decode(encoding)
    return text
