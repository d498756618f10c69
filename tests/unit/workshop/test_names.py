"""The rules of `docs/contributing/names.md` that a program can check."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import bluelamp

_SOURCE = Path(bluelamp.__file__).parent
_DIALECT = re.compile(r"(Told|Tell|Asked|Books?|Desk|Thin|Care|Nobody|Anew|Fold|Taking|Wanted|Standing)(?![a-z])")
# Schemas of the API keep their names.
_KEPT = {"AskedModel"}


def _classes() -> dict[str, list[str]]:
    """Name → the modules that define a class of it, private ones left out."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(_SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(path.relative_to(_SOURCE)))
    return found


def test_a_class_name_stands_for_one_class() -> None:
    assert {name: modules for name, modules in _classes().items() if len(modules) > 1} == {}


def test_class_names_are_nouns_of_the_field() -> None:
    assert [name for name in _classes() if _DIALECT.search(name) and name not in _KEPT] == []
