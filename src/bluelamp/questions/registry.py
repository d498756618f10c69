"""The families of datasets that may be asked about: one folder and one line each. For whoever takes a dataset's name
from a person, and for what a question is handed on to.

A family is imported by its name when it is first needed: it builds on the machinery of questions, and the machinery
must not build on any one family.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from bluelamp.errors import UsageError
from bluelamp.questions.model.dataset import DatasetSpec
from bluelamp.questions.model.family import Family
from bluelamp.questions.model.suggestions import near

_ROOM = "bluelamp.questions.families"
# In the order in which their datasets are listed. Each folder has `datasets.py` (DATASETS and ALIASES) and `family.py`
# (FAMILY).
_FAMILIES = (
    "archive",
    "calls",
    "incidents",
)


@cache
def datasets() -> dict[str, DatasetSpec]:
    """Every dataset that may be asked, by name."""
    return {name: spec for family in _FAMILIES for name, spec in _declared(family).DATASETS.items()}


def names_in_words() -> str:
    """`crimes, outcomes, stops, calls or incidents`."""
    *head, last = datasets()
    return f"{', '.join(head)} or {last}"


@cache
def _aliases() -> dict[str, str]:
    return {alias: name for family in _FAMILIES for alias, name in _declared(family).ALIASES.items()}


def _declared(family: str) -> Any:
    return import_module(f"{_ROOM}.{family}.datasets")


def find_dataset(name: str) -> DatasetSpec:
    """A dataset by its name or alias. Raises UsageError with the nearest ones."""
    found = datasets().get(_aliases().get(name, name))
    if found is None:
        raise UsageError(f"There is no dataset “{name}”.", near(name, datasets()))
    return found


@cache
def family_named(name: str) -> Family[Any]:
    """One family."""
    family: Family[Any] = import_module(f"{_ROOM}.{name}.family").FAMILY
    return family


def families() -> tuple[Family[Any], ...]:
    """All of them, in the order of their datasets."""
    return tuple(family_named(name) for name in _FAMILIES)


def family_of(spec: DatasetSpec) -> Family[Any]:
    """The family of a dataset."""
    return family_named(spec.family.name)
