"""Writes the bit index of a dataset from its records in the order of months. Called by `build`."""

from __future__ import annotations

from typing import Any

import numpy as np

from bluelamp.storage.warehouse.indexes.facts import Facts
from bluelamp.storage.warehouse.indexes.files import Output, Place
from bluelamp.storage.warehouse.indexes.ordering import Ordered
from bluelamp.storage.warehouse.indexes.planes import planes_of


def write_bits(ordered: Ordered, facts: Facts, output: Output) -> dict[str, Any]:
    """What the manifest says of the index."""
    return {
        "starts": output.put(ordered.starts.astype(np.uint32)),
        "attributes": {name: output.put(codes) for name, codes in ordered.attributes.items()},
        "planes": write_planes(ordered, facts, output),
    }


def write_planes(ordered: Ordered, facts: Facts, output: Output) -> dict[str, Place]:
    """The planes of every column, by the name of its axis."""
    sizes = facts.sizes | {"month": facts.months}
    return {name: output.put(planes_of(codes, sizes[name])) for name, codes in ordered.columns.items()}
