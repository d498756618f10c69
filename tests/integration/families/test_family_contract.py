"""What every family of datasets keeps, whatever it is about, and whichever engine counts."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bluelamp.bootstrap import open_stores
from bluelamp.domain.month import Month
from bluelamp.errors import NotKept, UsageError
from bluelamp.questions.answer import answer
from bluelamp.questions.cards import answer_dashboard
from bluelamp.questions.dashboards import KIND_WORDS, CardSpec, DashboardSpec
from bluelamp.questions.engines import ENGINES
from bluelamp.questions.model.dataset import DatasetSpec
from bluelamp.questions.parsing import make_question
from bluelamp.questions.records import files
from bluelamp.questions.registry import datasets
from bluelamp.questions.view import make_view
from bluelamp.settings import read_settings
from bluelamp.web.questions.card_schemas import DashboardAnswersModel
from bluelamp.web.schemas import CoverageCountsModel
from tests.integration.families.conftest import Opened


def specs(opened: Opened) -> list[DatasetSpec]:
    return [spec for spec in datasets().values() if spec.family is opened.family.info]


def test_each_dataset_has_a_record_a_source_and_a_licence(opened: Opened) -> None:
    assert specs(opened)
    for spec in specs(opened):
        found = answer(opened.version, make_question(spec.name))
        assert found.rows[0][0] > 0, spec.name
        assert found.source
        assert found.licence
        assert found.caveats
        assert found.data_version == opened.version.name


def test_groups_by_each_dimension_add_up_to_the_records_that_are_held(opened: Opened) -> None:
    for spec in specs(opened):
        ((whole,),) = answer(opened.version, make_question(spec.name)).rows
        for dimension in spec.dimensions:
            if dimension.name in ("origin", "crime_month"):
                continue  # about records of no unit, and months that other files hold
            found = answer(opened.version, make_question(spec.name, by=[dimension.name]))
            counted = sum(row[1] for row in found.rows if row[1] is not None) + found.strays
            assert counted == whole, (spec.name, dimension.name)


def test_every_engine_that_can_tell_gives_the_same_rows(opened: Opened) -> None:
    for spec in specs(opened):
        for dimension in spec.dimensions:
            asked = make_question(spec.name, by=[dimension.name])
            rows = [found for engine in ENGINES if (found := engine.count(opened.version, asked)) is not None]
            assert rows, (spec.name, dimension.name)
            assert all(found == rows[-1] for found in rows), (spec.name, dimension.name)


def test_coverage_counts_units_and_names_every_gap(opened: Opened) -> None:
    for spec in specs(opened):
        found = opened.family.coverage(opened.version, make_question(spec.name))
        assert found.unit == opened.family.info.unit
        assert 0 < found.held <= found.expected
        assert found.words()
        told = CoverageCountsModel.model_validate(found.as_json())
        assert told.complete == (not told.gaps)
        assert all(
            gap.publisher == gap.model_dump()["force"] and gap.units > 0 and gap.words for gap in told.gaps or []
        )


def test_a_month_that_nobody_holds_has_no_figure(opened: Opened) -> None:
    for spec in specs(opened):
        asked = make_question(spec.name, by=["month"], where=["month=2199-01"])
        found = answer(opened.version, asked)
        assert all(row[1] is None for row in found.rows), spec.name
        assert not found.coverage.is_complete


def test_a_filter_by_a_value_leaves_the_records_of_its_group(opened: Opened) -> None:
    for spec in specs(opened):
        for dimension in spec.dimensions:
            if not dimension.kind.has_words:
                continue
            rows = answer(opened.version, make_question(spec.name, by=[dimension.name], limit=3)).rows
            for value, count in rows:
                where = [f"{dimension.name}={value}"]
                ((alone,),) = answer(opened.version, make_question(spec.name, where=where)).rows
                assert alone == count, (spec.name, where)


def test_an_unknown_word_is_refused_with_a_sentence(opened: Opened) -> None:
    for spec in specs(opened):
        dimension = next(one for one in spec.dimensions if one.kind.has_words)
        with pytest.raises(UsageError, match="No record has"):
            answer(opened.version, make_question(spec.name, where=[f"{dimension.name}=no such word"]))


def test_records_are_listed_once_each_and_found_again_by_their_ids(opened: Opened) -> None:
    for spec in specs(opened):
        asked = make_question(spec.name)
        ((whole,),) = answer(opened.version, asked).rows
        records = opened.family.records(opened.version, asked, opened.stores)
        first = records.page(-1, 40)
        second = records.page(first.last, 40)
        assert len({*first.names, *second.names}) == min(80, whole)
        assert [name for name, _ in opened.family.record_columns(spec)] == first.table.column_names
        for name in first.names[:3]:
            assert opened.family.record(opened.version, name, opened.stores)["id"] == name


@pytest.mark.parametrize("format_", ["csv", "geojson", "parquet", "xlsx"])
def test_a_file_holds_every_record(opened: Opened, format_: str) -> None:
    for spec in specs(opened):
        asked = make_question(spec.name)
        ((whole,),) = answer(opened.version, asked).rows
        records = opened.family.records(opened.version, asked, opened.stores)
        portions = list(records.file_portions(format_))
        assert sum(len(one.names) for one in portions) == whole
        named = [(one.names, one.table) for one in portions]
        tables = (table.add_column(0, "id", pa.array(names, pa.string())) for names, table in named)
        columns, about = ["id", *records.file_columns(format_)], {"question": spec.name}
        if format_ == "csv":
            text = b"".join(files.as_csv(tables, columns, records.as_text))
            assert pa.csv.read_csv(io.BytesIO(text)).num_rows == whole
        elif format_ == "parquet":
            assert pq.read_table(io.BytesIO(b"".join(files.as_parquet(tables, about)))).num_rows == whole
        elif format_ == "geojson":
            assert len(json.loads(b"".join(files.as_geojson(iter(named), about)))["features"]) == whole
        else:
            book = openpyxl.load_workbook(
                io.BytesIO(b"".join(files.as_xlsx(tables, columns, whole, about, records.cells()))), read_only=True
            )
            assert sum(1 for _ in book.worksheets[0].iter_rows()) == whole + 1


def test_each_kind_of_card_is_known_and_answers(opened: Opened) -> None:
    spec = specs(opened)[0]
    assert set(opened.family.cards) <= set(KIND_WORDS)
    measure, of = spec.measures[0].name, (spec.measures[0].name,)
    field = next(one.name for one in spec.dimensions if one.kind.has_words)
    cards = [
        CardSpec(name=kind, kind=kind, title=kind, dataset=spec.name, measure=measure, by=field, of=of, text="Words.")
        for kind in ("total", "bars", "share", "map", "text")
    ]
    dashboard = DashboardSpec(name="all", title="All", dataset=spec.name, cards=tuple(cards))
    found = answer_dashboard(opened.version, dashboard, make_view(None, None, []))
    assert not [card for card in found["cards"].values() if "error" in card]
    DashboardAnswersModel.model_validate({**found, "version": {"name": "", "newest_release": None, "built_at": ""}})


def test_a_version_keeps_its_name_and_others_are_not_kept(opened: Opened) -> None:
    with opened.pool.lease() as again, opened.pool.lease(opened.version.name) as named:
        assert again is named is opened.version
    with pytest.raises(NotKept), opened.pool.lease("0123456789ab"):
        pass


def test_a_command_and_a_server_open_the_same_version(opened: Opened, tmp_path: Path) -> None:
    spec = specs(opened)[0]
    # A copy: one process opens a file of the engine in one way only.
    shutil.copytree(opened.stores.home, tmp_path / "home")
    with opened.family.open_version(open_stores(read_settings({"home": tmp_path / "home"}, {})[0])) as version:
        assert version.name == opened.version.name
        assert answer(version, make_question(spec.name)).rows == answer(opened.version, make_question(spec.name)).rows


def test_only_what_has_releases_can_be_asked_as_of_one(opened: Opened) -> None:
    for spec in specs(opened):
        if opened.family.info.capabilities.has_releases:
            continue
        with pytest.raises(UsageError, match="no part of any release"):
            make_question(spec.name, as_of=Month.parse("2023-05"))
