"""The scope of an installation in sentences, the same on the command line, in the API and on the pages."""

from __future__ import annotations

from collections.abc import Collection

from bluelamp.domain.dataset import BY_NAME, DATASETS
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.domain.scope import DatasetScope, Scope, publishers_of

# So many forces are named; of more, how many they are.
_NAMED = 3


def scope_words(dataset: str, scope: DatasetScope | None) -> str:
    """`Set up to hold street crime of 2 of 45 publishers (Gwent Police and Kent Police), May 2023 to June 2023.`"""
    if scope is None:
        return f"Set up to hold nothing of {BY_NAME[dataset].words}."
    return f"Set up to hold {_brief(dataset, scope)}."


def scope_line(scope: Scope) -> str:
    """All datasets in one sentence."""
    inside = [_brief(dataset.name, scope[dataset.name]) for dataset in DATASETS if dataset.name in scope]
    return f"Set up to hold {'; '.join(inside)}." if inside else "Set up to hold nothing yet."


def outside_words(scope: Scope) -> str:
    """What lies outside, said once: nobody expects it, and nothing is said about who published it."""
    outside = []
    for dataset in DATASETS:
        its = scope.get(dataset.name)
        others = publishers_of(dataset.name) - (its.forces if its else frozenset())
        if its is None:
            outside.append(f"all of {dataset.words}")
        elif others:
            outside.append(f"{dataset.words} of {_publishers(others)}")
    if not outside:
        return "Every publisher of every dataset is inside."
    return f"Outside, and not counted as missing: {'; '.join(outside)}."


def _brief(dataset: str, scope: DatasetScope) -> str:
    return f"{BY_NAME[dataset].words} of {_whom(dataset, scope.forces)}, {_span(scope.first, scope.last)}"


def _whom(dataset: str, forces: Collection[str]) -> str:
    every = publishers_of(dataset)
    absent = every - set(forces)
    if not absent:
        return f"all {len(every)} publishers"
    if len(forces) <= _NAMED:
        return f"{len(forces)} of {len(every)} publishers ({_names(forces)})"
    if len(absent) <= _NAMED:
        return f"{len(every) - len(absent)} of {len(every)} publishers (all but {_names(absent)})"
    return f"{len(forces)} of {len(every)} publishers"


def _publishers(forces: Collection[str]) -> str:
    return _names(forces) if len(forces) <= _NAMED else f"{len(forces)} publishers"


def _names(forces: Collection[str]) -> str:
    *head, end = sorted(BY_SLUG[slug].name for slug in forces)
    return f"{', '.join(head)} and {end}" if head else end


def _span(first: Month, last: Month) -> str:
    return first.words() if first == last else f"{first.words()} to {last.words()}"
