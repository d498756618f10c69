"""Not known is never zero: every command that tells of the archive, and `bluelamp.ask`, on every sparse archive. A
command that is not tried here fails the test: add it to TRIED, or, where it tells nothing of the archive, to OTHERS."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import click
import pytest
import typer

import bluelamp
from bluelamp.cli import main
from bluelamp.cli.app import app as commands
from tests.lib.sparse import questions
from tests.lib.sparse.asked import DATASETS, EVERYONE, Asked
from tests.lib.sparse.claims import claims
from tests.lib.sparse.held import Held
from tests.lib.sparse.homes import SparseHome
from tests.lib.sparse.rows import OPEN
from tests.lib.sparse.said import Said, of_csv, of_json, of_rows, of_table, of_terminal

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(sparse: SparseHome, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the archive: (exit code, standard output, standard error)."""

    def run_it(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["--home", str(sparse.home), *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run_it


def words_of(asked: Asked) -> list[str]:
    """A question as the command takes it."""
    words = ["ask", asked.dataset, "--measure", asked.measure]
    words += ["--by", ",".join(asked.by)] if asked.by else []
    for one in asked.where:
        words += ["--where", one]
    for option, month in (("--from", asked.first), ("--to", asked.last)):
        words += [option, month] if month else []
    return words


def chosen(sparse: SparseHome) -> Iterator[Asked]:
    for dataset in DATASETS:
        yield from questions.told(sparse.oracle, dataset)
    yield Asked("crimes", "still_open")
    yield Asked("crimes", "still_open", by=("month",))


def test_ask(sparse: SparseHome, run: Run) -> None:
    held = Held(sparse.oracle)
    for asked in chosen(sparse):
        words = words_of(asked)
        surface = f"bluelamp {' '.join(words)}"
        code, out, err = run(*words, "--json")
        if code != 0:
            held.fault("a command that fails", surface, err)
            continue
        said = of_json(f"{surface} --json", asked, json.loads(out))
        held.answer(said)
        if not questions.drawn(f"terminal {sparse.name} {surface}", 3):
            continue
        _, out, err = run(*words, "--format", "csv")
        claims(held, surface, out + err)
        held.same(said, of_csv(f"{surface} --format csv", asked, out))
        _, out, err = run(*words)
        table = of_terminal(surface, asked, out)
        held.same(_figures(said), _figures(table))
        if any("Coverage: Complete" in line for line in table.words) != bool(said.complete):
            held.fault("complete", surface, f"says {table.words[:1]}; its JSON says complete: {said.complete}")
    held.fail()


def _figures(said: Said) -> Said:
    """The rows without their coverage: a table may leave columns out where a terminal is narrow."""
    rows = of_rows(said.asked, [{**row.key, said.asked.measure: row.value} for row in said.rows])
    return Said(said.surface, said.asked, rows)


def test_the_python_interface(sparse: SparseHome) -> None:
    held = Held(sparse.oracle)
    for asked in chosen(sparse):
        surface = f"bluelamp.ask of {asked.words()}"
        answer = bluelamp.ask(
            asked.dataset, measure=asked.measure, by=list(asked.by), where=list(asked.where), first=asked.first,
            last=asked.last, home=sparse.home,
        )  # fmt: skip
        coverage = answer.coverage
        said = Said(surface, asked, of_rows(asked, answer.rows), coverage.held, coverage.expected, coverage.is_complete)
        held.answer(said)
        for name, table in (("to_arrow", answer.to_arrow()), ("to_pandas", _pandas(answer))):
            if table is not None:
                held.same(said, of_table(f"{surface} .{name}()", asked, table))
        if ("Complete" in answer.citation()) != _is_complete(held, asked):
            held.fault("complete", surface, f"is cited as “{answer.citation()}”")
    held.fail()


def _pandas(answer: bluelamp.Answer) -> Any:
    pandas = pytest.importorskip("pandas")
    pyarrow = pytest.importorskip("pyarrow")
    frame: pandas.DataFrame = answer.to_pandas()  # type: ignore[name-defined]
    return pyarrow.Table.from_pandas(frame, preserve_index=False)


def _is_complete(held: Held, asked: Asked) -> bool:
    units = held.oracle.units(asked)
    whole = len(held.oracle.held(asked)) == len(units) > 0
    return whole and (not asked.joins or all(held.oracle.is_held(asked.other, unit) for unit in units))


def test_what_is_held(sparse: SparseHome, run: Run) -> None:
    held, oracle = Held(sparse.oracle), sparse.oracle
    _, out, _ = run("archive", "coverage", "--json")
    wrong: Counter[tuple[str, str, str]] = Counter()
    seen = set()
    for line in out.splitlines():
        cell = json.loads(line)
        seen.add((cell["dataset"], cell["force"], cell["month"]))
        true = oracle.state(cell["dataset"], cell["force"], cell["month"])
        if cell["state"] != true:
            wrong[cell["dataset"], cell["state"], true] += 1
        if (cell["rows"] is not None) != (true in ("held", "empty")):
            held.fault("rows of a cell", "bluelamp archive coverage --json", f"says {cell}")
    for (dataset, said, true), times in wrong.items():
        text = f"says “{said}” of {times} cells of {dataset} that are “{true}”"
        held.fault("state of a cell", "bluelamp archive coverage --json", text)
    lacking = {(name, force, month) for name in DATASETS for force in EVERYONE for month in oracle.installation} - seen
    if lacking:
        text = f"leaves out {len(lacking)} cells, as {min(lacking)}"
        held.fault("state of a cell", "bluelamp archive coverage --json", text)
    _, out, _ = run("archive", "status", "--json")
    for dataset, told in json.loads(out)["datasets"].items():
        units = oracle.units(Asked(dataset))
        true_counts = len(oracle.held(Asked(dataset))), len(units)
        if (told["held"], told["expected"]) != true_counts:
            text = f"says {told['held']} of {told['expected']} of {dataset}; true is {true_counts}"
            held.fault("coverage of a dataset", "bluelamp archive status --json", text)
    held.fail()


# The other commands that tell of the archive: nothing that they print may claim what no file says.
_PLAIN = (
    "archive status", "archive coverage", "archive files", "archive releases", "archive quality",
    "archive profile", "doctor", "reference status",
)  # fmt: skip


def test_no_command_claims_what_no_file_says(sparse: SparseHome, run: Run) -> None:
    held = Held(sparse.oracle)
    for words in _PLAIN:
        code, out, err = run(*words.split())
        if "Traceback" in err or code not in (0, 1, 3):
            held.fault("a command that fails", f"bluelamp {words}", err[-300:])
        claims(held, f"bluelamp {words}", out + err)
    releases = sorted({load.release for load in sparse.truth.loads if load.release})
    if len(releases) > 1:
        _, out, err = run("archive", "diff", *releases[:2])
        claims(held, f"bluelamp archive diff {' '.join(releases[:2])}", out + err)
    held.fail()


def test_a_crime_whose_outcomes_are_not_held(sparse: SparseHome, run: Run) -> None:
    held, oracle = Held(sparse.oracle), sparse.oracle
    for row in oracle.rows["crimes"]:
        its = Asked("crimes", "still_open", where=(f"force={row['force']}",), first=row["month"], last=row["month"])
        if row["outcome_status"] == OPEN and not oracle.others_could_say(its):
            _, out, _ = run("crime", row["id"])
            if re.search(r"still open|[Nn]o outcome in the files held", out):
                held.fault("a record's outcomes", f"bluelamp crime {row['id']}", f"says “{out.strip()[-120:]}”")
            break
    held.fail()


TRIED = {"ask", "crime", "archive diff", *_PLAIN}
# They take in, or make, or serve what is walked elsewhere; or they are of the live half.
OTHERS = {
    "archive discard", "archive forces", "archive load", "archive rebuild", "archive scope", "archive sync",
    "reference sync", "backup", "config show", "demo", "serve", "synthetic archive", "synthetic city",
}  # fmt: skip
_LIVE = ("feeds ", "live ", "hooks ", "keys ", "places ", "gazetteer ")


def _names(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    below = getattr(command, "commands", None)
    if below is None:
        yield " ".join(path)
        return
    for name, one in below.items():
        yield from _names(one, (*path, name))


def test_every_command_is_tried() -> None:
    there = {name for name in _names(typer.main.get_command(commands)) if not name.startswith(_LIVE)}  # type: ignore[arg-type]
    assert there - (TRIED | OTHERS) == set(), "a new command: add it to TRIED, or to OTHERS"
