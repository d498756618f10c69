"""An answer as a typed table, which every format of file is made from. Used by the Python interface and the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bluelamp.questions.answer import QueryResult
from bluelamp.questions.model.cells import CellFormat
from bluelamp.questions.model.dataset import Measure
from bluelamp.questions.model.question import Question

if TYPE_CHECKING:
    import pyarrow as pa

_COVERAGE = {"held": "int32", "expected": "int32", "state": "string", "located_share": "float64"}


def table_of(found: QueryResult) -> pa.Table:
    """The rows of an answer as an Arrow table: dimensions, measures, then what each row stands on. Its types are the
    same whether or not there is a row; what is not known is null."""
    import pyarrow as pa

    types = {one.name: one.kind.arrow_type for one in found.question.by}
    types |= {one.name: _type_of(one) for one in found.question.measures} | _COVERAGE
    schema = pa.schema([(one.name, getattr(pa, types[one.name])()) for one in found.all_columns])
    columns = list(zip(*found.all_rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(list(its), one.type) for its, one in zip(columns, schema, strict=True)], schema=schema)


def _type_of(measure: Measure) -> str:
    return "int64" if measure.is_count and not measure.rate_of else "float64"


def cells_of(question: Question) -> dict[str, CellFormat]:
    """What of an answer's columns is more than text in a workbook."""
    return {one.name: CellFormat(one.cell) for one in question.by if one.cell != "text"}
