"""Indexes beside a version's file: they answer in milliseconds what its rows answer in seconds, to the same figure.

`build_indexes` makes them from a finished version, `open_indexes` opens them for questions and maps.
"""

from bluelamp.storage.warehouse.indexes.build import build_indexes
from bluelamp.storage.warehouse.indexes.facts import Facts
from bluelamp.storage.warehouse.indexes.folder import IndexFolder, open_indexes, problem_of
from bluelamp.storage.warehouse.indexes.selection import Counter

__all__ = ["Counter", "Facts", "IndexFolder", "build_indexes", "open_indexes", "problem_of"]
