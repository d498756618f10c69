"""No test asserts how long something took: a busy machine is no defect. Measurements are those of `benchmarks/`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

_TESTS = Path(__file__).parents[1]
_CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time", "time"}
_DURATIONS = {"elapsed", "seconds"}


def timed(source: str) -> list[int]:
    """The lines of assertions on a span of time: a difference of clocks, or a duration that something bears."""
    tree = ast.parse(source)
    spans = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _is_span(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert) and _measures(node.test, spans)]


def _measures(test: ast.expr, spans: set[str]) -> bool:
    return any(
        _is_span(part)
        or (isinstance(part, ast.Name) and part.id in spans)
        or (isinstance(part, ast.Attribute) and part.attr in _DURATIONS)
        for compared in ast.walk(test)
        if isinstance(compared, ast.Compare)
        for part in ast.walk(compared)
    )


def _is_span(node: ast.expr | ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and any(_clocks(node.left))


def _clocks(node: ast.expr) -> Iterator[bool]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            yield name in _CLOCKS


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("assert time.perf_counter() - start < 3", [1]),
        ("took = time.monotonic() - begun\nassert took < 1", [2]),
        ("assert ended.seconds < 4", [1]),
        ("assert answer.elapsed < limit", [1]),
        ("assert time.monotonic() < deadline, 'it never came'", []),
        ("while time.monotonic() < deadline: pass", []),
    ],
)
def test_timed_finds_assertions_on_spans_and_no_deadlines(source: str, lines: list[int]) -> None:
    assert timed(source) == lines


def test_no_test_asserts_how_long_something_took() -> None:
    found = {
        f"{path.relative_to(_TESTS)}:{line}"
        for path in _TESTS.rglob("test_*.py")
        if path != Path(__file__)
        for line in timed(path.read_text(encoding="utf-8"))
    }
    assert found == set()
