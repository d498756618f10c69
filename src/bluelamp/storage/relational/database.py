"""The databases of the ledger and of the live half: SQLite in the home by default, PostgreSQL when shared. Opened by
`bootstrap`.

Tables are declared here and created by the migrations beside this file, so that a home of an earlier version
opens and moves forward by itself.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bluelamp.errors import Damaged, DiskFull, StorageError, Unreachable
from bluelamp.storage.files import storage_errors
from bluelamp.storage.private import private_file, private_folder
from bluelamp.storage.relational import secrets_apart
from bluelamp.storage.relational.pool import pool_of
from bluelamp.storage.relational.sqlite import open_sqlite

METADATA = sa.MetaData()
# The newest migration: compared before Alembic is imported, because that import costs a third of a second.
HEAD = "0011"
# The most connections that a process has to it, where the settings do not say.
CONNECTIONS = 20
_CONNECT_SECONDS = 10
_LIVE = "the database of the live half"
LIVE_FILE = "live.sqlite"

# Something received from a publisher, once: an archive, a folder, a file, an answer of the API.
RECEIPT = sa.Table(
    "receipt",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("release", sa.Integer, nullable=False),  # months since year 0
    sa.Column("origin", sa.Text, nullable=False),  # path or URL
    sa.Column("kind", sa.Text, nullable=False),  # zip, folder, file, remote zip, api
    sa.Column("version", sa.Text, nullable=False),  # ETag, Last-Modified, or the file's identity
    sa.Column("complete", sa.Boolean, nullable=False),  # whole in every dataset that it lists
    sa.Column("window_first", sa.Integer),
    sa.Column("window_last", sa.Integer),
    sa.Column("received_at", sa.Text, nullable=False),  # ISO 8601, UTC
    sa.Column("directory_sha256", sa.Text, nullable=False),  # of the listing: names, sizes, CRC-32s
    sa.Column("ignored", sa.JSON, nullable=False),  # [[member name, why]], in full
    # [{dataset, publishers, first, last, whole}]: what a dataset that is whole does not list, the release lacks
    sa.Column("readings", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("choice", sa.JSON, nullable=False, server_default="{}"),  # {forces, datasets, first, last}, if narrowed
)

# What a person said that the scope of the installation is; no row, or nulls, leave it to what was received.
SCOPE = sa.Table(
    "scope",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),  # 1: there is one scope
    sa.Column("forces", sa.JSON),
    sa.Column("datasets", sa.JSON),
    sa.Column("first", sa.Integer),
    sa.Column("last", sa.Integer),
    sa.Column("changed_at", sa.Text, nullable=False),  # ISO 8601, UTC
)

# Every force-month file that a receipt lists, whether or not it was fetched.
FILE = sa.Table(
    "file",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("receipt_id", sa.Integer, sa.ForeignKey("receipt.id"), nullable=False),
    sa.Column("dataset", sa.Text, nullable=False),
    sa.Column("force", sa.Text, nullable=False),
    sa.Column("month", sa.Integer, nullable=False),
    sa.Column("release", sa.Integer, nullable=False),
    sa.Column("member", sa.Text, nullable=False),
    sa.Column("modified", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("compressed_size", sa.BigInteger, nullable=False),
    sa.Column("method", sa.Integer, nullable=False),
    sa.Column("crc32", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False, server_default=""),  # of the uncompressed bytes
    sa.Column("raw_sha256", sa.Text, nullable=False, server_default=""),  # of the bytes as received
    sa.Column("vault_key", sa.Text, nullable=False, server_default=""),
    sa.Column("vault_offset", sa.BigInteger, nullable=False, server_default="0"),
    # waiting, loaded, unchanged, quarantined, not fetched; “superseded” follows from a later release's file.
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("same_as", sa.Integer),  # the file whose bytes these are, when unchanged
    sa.Column("rows_read", sa.BigInteger),
    sa.Column("rows_loaded", sa.BigInteger),
    sa.Column("rows_rejected", sa.BigInteger),
    sa.Column("lake_path", sa.Text, nullable=False, server_default=""),
    sa.Column("findings", sa.JSON),  # the worker's part of the quality report
    sa.Column("evidence", sa.JSON),  # what the properties of the file are decided from; null before 0011
    sa.Index("file_unit", "dataset", "force", "month", "release"),
    sa.Index("file_state", "state"),
    sa.Index("file_receipt", "receipt_id"),
)

# Every Parquet file of the lake, with the hash that `doctor` checks.
LAKE_FILE = sa.Table(
    "lake_file",
    METADATA,
    sa.Column("path", sa.Text, primary_key=True),  # relative to the lake
    sa.Column("table_name", sa.Text, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
)

# Every object of the vault.
VAULT_OBJECT = sa.Table(
    "vault_object",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("received_at", sa.Text, nullable=False),
)


def open_database(url: str, connections: int = CONNECTIONS) -> sa.Engine:
    """An engine on the database, migrated to this version, with at most so many connections at once. Raises
    StorageError in one sentence, and Overloaded while all connections are in use."""
    if url.startswith("sqlite:///"):
        _prepare_file(url.removeprefix("sqlite:///"))
        name = url.removeprefix("sqlite:///")
        engine = open_sqlite(name, **({} if name == ":memory:" else pool_of(connections)))
    else:
        reaching = {"pool_pre_ping": True, "connect_args": {"connect_timeout": _CONNECT_SECONDS}}
        engine = sa.create_engine(url, **reaching, **pool_of(connections))

    def tell(context: sa.ExceptionContext) -> None:
        # Every later refusal too (a full disk, a lost server) comes out as one sentence.
        if isinstance(context.sqlalchemy_exception, sa.exc.DBAPIError) and not _is_ours(context):
            gone = context.is_disconnect or context.connection is None
            raise database_error(context.sqlalchemy_exception, url, gone=gone) from context.original_exception

    try:
        _migrate(engine)
        if url.endswith(LIVE_FILE):
            secrets_apart.put_back(Path(url.removeprefix("sqlite:///")))
        sa.event.listen(engine, "handle_error", tell)
    except (sa.exc.SQLAlchemyError, sqlite3.Error) as error:
        raise database_error(error, url) from error
    return engine


def _prepare_file(name: str) -> None:
    """The file of a SQLite database and its folder, for its owner alone. What cannot be made is told when it is
    opened."""
    if name == ":memory:":
        return
    with storage_errors("create the folder of the ledger"):
        private_folder(Path(name).parent)
    with suppress(OSError):
        private_file(Path(name))


def _is_ours(context: sa.ExceptionContext) -> bool:
    """A statement that is wrong in itself is a defect of the program, not of the database."""
    return isinstance(context.sqlalchemy_exception, (sa.exc.ProgrammingError, sa.exc.IntegrityError, sa.exc.DataError))


def database_error(error: sa.exc.SQLAlchemyError | sqlite3.Error, url: str = "", *, gone: bool = False) -> StorageError:
    """One sentence for a refusal of the database; never the statement or the password. `gone` says that its server
    was lost or not reached."""
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    place = "PostgreSQL" if "postgresql" in url else _LIVE if url.endswith(LIVE_FILE) else "the ledger"
    hint = "Check BLUELAMP_DATABASE, and that the server runs." if "postgresql" in url else ""
    if "disk is full" in cause or "disk I/O error" in cause:
        return DiskFull(f"The disk is full: could not write {place} ({cause}).", "Free some space, then run it again.")
    if "readonly" in cause or "unable to open" in cause:
        hint = "Check free space and permissions under BLUELAMP_HOME, then run the same command again."
    if "malformed" in cause or "not a database" in cause:
        if place == _LIVE:
            return Damaged(f"The database of the live half is damaged: {cause}.", "Restore live.sqlite from a backup.")
        return Damaged(
            f"The ledger is damaged: {cause}.", "bluelamp doctor --mend puts back the copy of the last load."
        )
    kind = Unreachable if gone and "postgresql" in url else StorageError
    return kind(f"{place[0].upper()}{place[1:]} cannot be used: {cause}.", hint)


def _migrate(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        if _version(connection) == HEAD:
            return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = engine
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StorageError(
            f"The ledger was written by a newer Bluelamp than this one ({error}).",
            "Install that version again; going back is not possible without a backup.",
        ) from None


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: Any = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
