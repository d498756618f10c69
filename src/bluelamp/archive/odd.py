"""Which rows of whole columns are not in the published form in every value? Used by `reader`.

What is found here is only doubtful: the `judge` decides row by row. What is not found here is sure to become values.
"""

from __future__ import annotations

import binascii

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bluelamp.archive.columns import Mask, column, text_buffers, valued
from bluelamp.archive.judge import LIMITS
from bluelamp.domain.dataset import STOPS, Dataset

# The published forms, where cells are read as text to find those that have another: what matches becomes a value for
# sure. The 29th of February is left to the judge, who knows the years.
_NUMBER = r"^-?[0-9]{1,3}(\.[0-9]{1,15})?$"
_DAY = "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
_INSTANT = rf"^[1-9][0-9]{{3}}-{_DAY}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{{1,6}})?(\+00:00|Z)$"
# The instants that the judge knows as well, as microseconds since 1970: years 1 to 9999.
_FIRST_INSTANT, _LAST_INSTANT = -62_135_596_800_000_000, 253_402_300_799_999_999


def as_values(table: pa.Table, dataset: Dataset) -> pa.Table:
    """The same table with numbers and times as such, where they were read as text and found to have the form."""
    for name, kind in valued(dataset).items():
        at = table.schema.get_field_index(name)
        if pa.types.is_string(table.schema.field(at).type):
            table = table.set_column(at, name, _values(column(table, name), kind))
    return table


def _values(text: pa.Array, kind: pa.DataType) -> pa.Array:
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text).cast(kind)


def odd_rows(table: pa.Table, dataset: Dataset) -> Mask:
    """True for rows that are not in the published form in every value: the judge decides about them."""
    odd = np.zeros(table.num_rows, bool)
    for name, limit in LIMITS.items():
        odd |= _odd_numbers(column(table, name), limit)
    if dataset == STOPS:
        return odd | _odd_instants(column(table, "Date"))
    months = column(table, "Month")
    wrong = [code for code, text in enumerate(months.dictionary.to_pylist()) if not _is_month(text)]
    if wrong:
        odd |= np.isin(months.indices.to_numpy(), wrong)
    return odd | _odd_crime_ids(column(table, "Crime ID"))


def _odd_numbers(values: pa.Array, limit: float) -> Mask:
    fits = np.ones(len(values), bool)
    if pa.types.is_string(values.type):
        fits = _matches(values, _NUMBER)
        values = _values(pc.if_else(pa.array(fits), values, ""), pa.float64())
    numbers = values.fill_null(0.0).to_numpy(zero_copy_only=False)
    # Arrow reads “nan” and “inf” as numbers; a comparison is false for both.
    return np.asarray(~(fits & (np.abs(numbers) <= limit)))


def _odd_instants(values: pa.Array) -> Mask:
    if pa.types.is_string(values.type):
        return ~_matches(values, _INSTANT)
    instants = values.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    return np.asarray((instants < _FIRST_INSTANT) | (instants > _LAST_INSTANT))


def _matches(values: pa.Array, pattern: str) -> Mask:
    """Whether each cell is blank or matches."""
    fits = pc.or_(pc.equal(values, ""), pc.match_substring_regex(values, pattern))
    return np.asarray(fits.to_numpy(zero_copy_only=False))


def _is_month(text: str) -> bool:
    if not (len(text) == 7 and text.isascii() and text[4] == "-" and (text[:4] + text[5:]).isdecimal()):
        return False
    return "01" <= text[5:] <= "12"


def _odd_crime_ids(ids: pa.Array) -> Mask:
    """True for values that are neither blank nor 64 lower-case hexadecimal digits; judged all at once where it goes."""
    ends, text = text_buffers(ids)
    lengths = np.diff(ends)
    bad: Mask = (lengths != 0) & (lengths != 64)
    digits = text[ends[0] : ends[-1]].tobytes()
    if not bad.any():
        try:
            # There and back again is the quickest test: unhexlify alone would let capitals through.
            if binascii.hexlify(binascii.unhexlify(digits)) == digits:
                return bad
        except binascii.Error:
            pass
    fits = pc.match_substring_regex(ids, "^[0-9a-f]{64}$").to_numpy(zero_copy_only=False)
    return np.asarray(bad | (~fits & (lengths != 0)))
