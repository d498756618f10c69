"""The structure that no import contract can say: families are told apart in one place, and a question goes one way."""

from __future__ import annotations

import ast
import asyncio
import re
import sys
import traceback
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import httpx
import pytest

from bluelamp.questions.engines.statements import RowsEngine
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.question import Question
from bluelamp.settings import read_settings
from bluelamp.web.app import make_app
from tests.lib.families import write_incidents

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "src" / "bluelamp"
_MOST = 6  # files between the route of a question and the engine that counts


def python_files() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_no_code_asks_which_family_a_version_is_of() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path, tree in python_files()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance"
        if re.search(r"(Version|Coverage|Records)\b", ast.unparse(node.args[1]))
    ]
    assert found == []


def test_no_kind_of_dimension_is_compared_as_a_string() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path, tree in python_files()
        if (SOURCE / "questions") in path.parents
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        and re.search(r"\bkind$", ast.unparse(node.left))
        and re.search(r"dimension|filter_", ast.unparse(node.left))
        and any(isinstance(its, ast.Constant) for its in ast.walk(ast.Tuple(node.comparators, ast.Load())))
    ]
    assert found == []


def test_pages_go_by_capabilities_and_not_by_a_datasets_name() -> None:
    sources = [path for path in (ROOT / "frontend" / "src").rglob("*") if path.suffix in (".ts", ".svelte")]
    found = [
        str(path.relative_to(ROOT))
        for path in sources
        if re.search(r"isCalls|[=!]== 'calls'", path.read_text(encoding="utf-8"))
    ]
    assert len(sources) > 100
    assert found == []


def test_stores_are_opened_in_bootstrap_alone() -> None:
    opening = re.compile(r"\bopen_database\(")
    found = {
        str(path.relative_to(SOURCE))
        for path, _ in python_files()
        if opening.search(path.read_text(encoding="utf-8")) and path.parts[-3:-1] != ("storage", "relational")
    }
    assert found == {"bootstrap.py"}


def test_a_question_goes_from_its_route_to_the_engine_through_few_files_each_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks: list[list[str]] = []
    count = RowsEngine.count

    def counted(self: RowsEngine, version: DataVersion, question: Question) -> object:
        paths = [Path(frame.f_code.co_filename) for frame, _ in traceback.walk_stack(sys._getframe(1))]
        names = [str(path.relative_to(SOURCE)) for path in paths if SOURCE in path.parents]
        walks.append([name for name, _ in groupby(reversed(names))])
        return count(self, version, question)

    monkeypatch.setattr(RowsEngine, "count", counted)
    write_incidents(tmp_path / "home")
    transport = httpx.ASGITransport(make_app(read_settings({"home": tmp_path / "home"}, {})[0]))

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/api/v1/questions/incidents?by=offence")

    assert asyncio.run(ask()).status_code == 200
    route, engine = "web/questions/questions.py", "questions/engines/__init__.py"
    whole = [walk for walk in walks if "questions/figures.py" in walk]
    assert whole
    for walk in whole:
        between = walk[walk.index(route) + 1 : walk.index(engine)]
        assert len(set(walk)) == len(walk), f"a file that was left is entered again: {walk}"
        assert len(between) <= _MOST, between
