"""An answer as a typed table, which every format of file is made from. Used by the Python interface and the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bluelamp.questions.answer import Answer
from bluelamp.questions.datasets import Measure
from bluelamp.questions.question import Question
from bluelamp.questions.records.published import flags_of
from bluelamp.questions.records.workbook import Cells, Kind

if TYPE_CHECKING:
    import pyarrow as pa

# kind of dimension → type of its column, where it is not text
_TYPES = {"year": "int64", "number": "int64", "flag": "bool_"}
_KINDS: dict[str, Kind] = {"month": "month", "date": "day", "flag": "flag"}
_COVERAGE = {"held": "int32", "expected": "int32", "state": "string", "located_share": "float64"}


def table_of(found: Answer) -> pa.Table:
    """The rows of an answer as an Arrow table: dimensions, measures, then what each row stands on. Its types are the
    same whether or not there is a row; what is not known is null."""
    import pyarrow as pa

    types = {one.name: _TYPES.get(one.kind, "string") for one in found.question.by}
    types |= {one.name: _type_of(one) for one in found.question.measures} | _COVERAGE
    schema = pa.schema([(one.name, getattr(pa, types[one.name])()) for one in found.all_columns])
    columns = list(zip(*found.all_rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(list(its), one.type) for its, one in zip(columns, schema, strict=True)], schema=schema)


def _type_of(measure: Measure) -> str:
    return "int64" if measure.is_count and not measure.rate_of else "float64"


def cells_of(question: Question) -> dict[str, Cells]:
    """What of an answer's columns is more than text in a workbook."""
    flags = flags_of(question.dataset)
    kinds = {one.name: "flag" if one.column in flags else _KINDS.get(one.kind, "text") for one in question.by}
    return {name: Cells(kind) for name, kind in kinds.items() if kind != "text"}
