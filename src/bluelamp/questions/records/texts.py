"""Numbers and moments as the publisher writes them: published text leaves as it came. Used by `published`, and where
records leave as text."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

# Coordinates are published in degrees with so many decimals, zeros at the end too.
DECIMALS = 6
_UNIT = 10**DECIMALS
DEGREES = ("Longitude", "Latitude")


def instants(utc: pa.Array) -> pa.Array:
    """`2021-06-02T10:03:00+00:00` of moments in UTC; with a fraction of the second only where there is one."""
    whole = utc.cast(pa.timestamp("s"), safe=False)
    text = pc.strftime(whole, "%Y-%m-%dT%H:%M:%S+00:00")
    fraction = pc.not_equal(whole.cast(utc.type), utc)
    if not pc.any(fraction).as_py():
        return text
    return pc.if_else(fraction, pc.strftime(utc, "%Y-%m-%dT%H:%M:%S+00:00"), text)


def local_times(local: pa.ChunkedArray) -> pa.Array:
    """`2021-06-02T11:03:00` of moments on local clocks."""
    return pc.strftime(local.combine_chunks().cast(pa.timestamp("s"), safe=False), "%Y-%m-%dT%H:%M:%S")


def degrees(values: pa.Array, *, padded: bool = True) -> pa.Array:
    """`-0.117050` of float64 degrees; `-0.11705` where it is not `padded`. One that six decimals cannot tell is written
    with all that it has."""
    units = pc.round(pc.multiply(values, float(_UNIT)))
    exact = pc.equal(pc.divide(units, float(_UNIT)), values)
    size = pc.abs(units).cast(pa.int64(), safe=False)
    before = pc.divide(size, _UNIT)
    after = pc.utf8_lpad(pc.subtract(size, pc.multiply(before, _UNIT)).cast(pa.string()), DECIMALS, "0")
    sign = pc.if_else(pc.less(values, 0.0), "-", "")
    text = pc.binary_join_element_wise(sign, before.cast(pa.string()), ".", after, "")
    if not padded:
        text = pc.replace_substring_regex(text, r"\.?0+$", "")
    return pc.if_else(exact, text, values.cast(pa.string()))


def as_published(dataset: str, table: pa.Table) -> pa.Table:
    """The table with its coordinates as text: files of outcomes leave zeros at the end out, all others have them."""
    for name in DEGREES:
        at = table.schema.get_field_index(name)
        if at >= 0 and pa.types.is_floating(table.schema.field(at).type):
            column = table.column(name).combine_chunks()
            table = table.set_column(at, name, degrees(column, padded=dataset != "outcomes"))
    return table
