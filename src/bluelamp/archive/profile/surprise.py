"""How much likelier a count is under one expectation than under another. Used by the deciders."""

from __future__ import annotations

from math import log


def likelier(count: int, expected: float, otherwise: float) -> float:
    """The natural logarithm of how many times likelier a count is where `expected` rows come than where `otherwise`
    do, both by Poisson's law; positive speaks for `expected`. Neither may be 0."""
    return count * log(expected / otherwise) - (expected - otherwise)


def excess(count: int, usual: float) -> float:
    """The same for a count that stands above the usual one, held against just what it is; 0 where it does not."""
    return likelier(count, count, usual) if count > usual else 0.0


def bounded(value: float, most: float) -> float:
    """No one witness says more than `most`: rows are not independent, and every publisher makes mistakes."""
    return max(-most, min(most, value))
