"""Indexes beside a version's file: they answer in milliseconds what its rows answer in seconds, to the same figure.

`build_serving` makes them from a finished version, `open_serving` opens them for questions and maps.
"""

from bluelamp.storage.warehouse.indexes.build import build_serving
from bluelamp.storage.warehouse.indexes.facts import Facts
from bluelamp.storage.warehouse.indexes.folder import Serving, open_serving, problem_of
from bluelamp.storage.warehouse.indexes.selection import Counter

__all__ = ["Counter", "Facts", "Serving", "build_serving", "open_serving", "problem_of"]
