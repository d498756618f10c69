"""Ledgers of before: what their receipts speak for is judged by the files that were listed, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from bluelamp.domain.force import FORCES
from bluelamp.domain.month import Month
from bluelamp.domain.scope import DEFAULT_SCOPE, ScopeChoice
from bluelamp.domain.selection import Selection
from bluelamp.domain.whole import ReceiptWindow
from bluelamp.storage.ledger.ledger import Ledger
from bluelamp.storage.relational import database
from bluelamp.storage.relational.database import open_database

M = Month.parse
SLUGS = [force.slug for force in FORCES]


@pytest.fixture
def opened(url: str) -> Iterator[Callable[[], Ledger]]:
    """Opens the ledger, which migrates it; its connections are closed at the end."""
    engines: list[sa.Engine] = []

    def open_ledger() -> Ledger:
        engines.append(open_database(url))
        return Ledger(engines[-1])

    yield open_ledger
    for engine in engines:
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    else:
        address = request.getfixturevalue("postgres").new_database()
        yield address.replace("postgresql://", "postgresql+psycopg://")


def _ledger_of_before(url: str) -> sa.Engine:
    """A database as the migration before left it."""
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    config.attributes["engine"] = engine
    command.upgrade(config, "0006")
    return engine


def _receive(
    engine: sa.Engine, number: int, origin: str, files: list[tuple[str, str, str, str]], **told: object
) -> None:
    """One receipt: (dataset, force, month, state) of each of its files."""
    months = [M(month).index for _, _, month, _ in files]
    row = {
        "id": number, "release": M("2024-03").index, "origin": origin, "kind": "zip", "version": "", "complete": True,
        "window_first": min(months), "window_last": max(months), "received_at": "2024-05-01T00:00:00Z",
        "directory_sha256": origin, "ignored": "[]",
    } | told  # fmt: skip
    with engine.begin() as connection:
        names = ", ".join(row)
        connection.execute(sa.text(f"INSERT INTO receipt ({names}) VALUES ({', '.join(':' + n for n in row)})"), row)
        for dataset, force, month, state in files:
            connection.execute(
                sa.text(
                    "INSERT INTO file (receipt_id, dataset, force, month, release, member, modified, size, "
                    "compressed_size, method, crc32, state) "
                    "VALUES (:receipt, :dataset, :force, :month, :release, '', '', 1, 1, 0, 1, :state)"
                ),
                {
                    "receipt": number, "dataset": dataset, "force": force, "month": M(month).index,
                    "release": row["release"], "state": state,
                },
            )  # fmt: skip


def test_receipts_of_before_are_judged_by_their_files(url: str, opened: Callable[[], Ledger]) -> None:
    engine = _ledger_of_before(url)
    everybody = [("crimes", slug, "2024-03", "loaded") for slug in SLUGS]
    # A release by its name, in two parts of which the first said that more was to come.
    _receive(engine, 1, "https://police.uk/2024-03.zip", everybody[:20], complete=False)
    _receive(engine, 2, "https://police.uk/2024-03.zip", [*everybody[20:], ("stops", "kent", "2024-02", "loaded")])
    # Without a name, as many publishers were taken for a whole release; and one force of a release.
    _receive(engine, 3, "/downloads/mine", everybody)
    left_out = [(dataset, slug, month, "not fetched") for dataset, slug, month, _ in everybody if slug != "kent"]
    _receive(engine, 4, "/downloads/2024-03/", [("crimes", "kent", "2024-03", "loaded"), *left_out])
    engine.dispose()

    ledger = opened()
    windows = {listing: set(its) for (_, listing), its in ledger.windows_by_listing().items()}
    march = M("2024-03")
    assert windows["https://police.uk/2024-03.zip"] == {
        ReceiptWindow("crimes", march, march, march, whole=True),
        ReceiptWindow("stops", M("2024-02"), M("2024-02"), march, whole=False),
    }
    assert windows["/downloads/mine"] == {ReceiptWindow("crimes", march, march, march, whole=False)}
    kent = Selection(forces=frozenset({"kent"}))
    assert windows["/downloads/2024-03/"] == {ReceiptWindow("crimes", march, march, march, whole=True, choice=kent)}


def test_a_chosen_scope_is_kept(opened: Callable[[], Ledger]) -> None:
    ledger = opened()
    assert ledger.chosen_scope() == DEFAULT_SCOPE
    for scope in (
        ScopeChoice(forces=frozenset({"kent", "essex"}), first=M("2020-01")),
        ScopeChoice(datasets=frozenset({"stops"}), last=M("2024-03")),
        DEFAULT_SCOPE,
    ):
        ledger.choose_scope(scope, "2026-11-30T00:00:00Z")
        assert ledger.chosen_scope() == scope
