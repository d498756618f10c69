"""A call's fields are declared once: what spells them out for type checkers, and what is made of them, is the same."""

from __future__ import annotations

from typing import get_type_hints

import pyarrow as pa

from bluelamp.domain.call import Call
from bluelamp.domain.call_field import CALL_FIELDS, LAKE_COLUMNS
from bluelamp.domain.snapshot import FIELDS
from bluelamp.questions.families.calls.records import COLUMNS
from bluelamp.storage.calls.lake import SCHEMA
from bluelamp.web.live.schemas import CallModel

NAMES = [field.name for field in CALL_FIELDS]


def test_call_and_its_model_spell_out_the_declared_fields_in_their_order() -> None:
    hints = get_type_hints(Call)
    start = list(hints).index(NAMES[0])
    assert list(hints)[start : start + len(NAMES)] == NAMES
    assert {hints[name] for name in NAMES} == {str | None}
    assert list(CallModel.model_fields) == list(hints)
    assert {CallModel.model_fields[name].annotation for name in NAMES} == {str | None}


def test_a_snapshot_has_the_declared_fields() -> None:
    assert list(FIELDS) == NAMES


def test_every_kept_field_is_a_column_of_the_lake_and_of_records_with_its_words() -> None:
    types = {"word": pa.dictionary(pa.int32(), pa.string()), "text": pa.string(), "moment": pa.timestamp("ms")}
    for column in LAKE_COLUMNS:
        assert SCHEMA.field(column.name).type == types[column.kind]
        assert COLUMNS[column.name] == column.words != ""
    assert {field.name for field in CALL_FIELDS} - set(SCHEMA.names) == {"reported_local"}
