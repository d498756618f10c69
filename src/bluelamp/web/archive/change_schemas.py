"""The shapes of what the API says of two releases. See `web.schemas`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ChangeSentenceModel(_Model):
    """`what` is `changed`, `added` or `removed` where it is about records that differ, `nothing`, or a kind of `kinds`;
    `number` is what it counts. `page` shows the records, `records` is their address in the API; null where there is
    none to show."""

    text: str
    what: str
    number: int
    dataset: str | None
    force: str | None
    name: str | None
    first: str | None
    last: str | None
    about: str | None = Field(description="outcome, place, or the column that changed")
    page: str | None
    records: str | None


class _FilesModel(_Model):
    """Files of one kind, of the months from `first` to `last`; rows are null where no file of a release has any that
    are known."""

    files: int
    first: str
    last: str
    rows_old: int | None
    rows_new: int | None


class ChangeForceModel(_FilesModel):
    force: str
    name: str


class ChangePartModel(_FilesModel):
    kind: str
    words: str
    forces: list[ChangeForceModel]


class DatasetChangesModel(_Model):
    """`compared` force-months are held of both: `identical` byte for byte, `same_rows` in another order or form, or
    `files_changed`, in which records were `changed`, `added` and `removed`. New months are in none of these: see
    `parts`."""

    dataset: str
    words: str
    compared: int
    identical: int
    same_rows: int
    files_changed: int
    changed: int
    added: int
    removed: int
    columns: dict[str, int] = Field(description="changed records by column; one record may have changed in several")
    about: dict[str, int] = Field(description="the same by what they are about: outcome, place, or a column")
    parts: list[ChangePartModel]


class ChangedFileModel(_Model):
    """One force-month that is not the same in both."""

    dataset: str
    force: str
    name: str
    month: str
    kind: str
    added: int
    removed: int
    changed: int
    columns: list[str]
    rows_changed_by_column: dict[str, int]
    rows_changed_about: dict[str, int]
    rows_old: int | None
    rows_new: int | None
    note: str = ""


class ChangesModel(_Model):
    """`headline` says it in sentences, the most telling first. `files` are the first of `files_total`, what changed
    before the other `kinds`."""

    old: str
    new: str
    state: Literal["done"]
    headline: list[ChangeSentenceModel]
    compared: int
    identical: int
    datasets: list[DatasetChangesModel]
    kinds: dict[str, str]
    files: list[ChangedFileModel]
    files_total: int


class ChangedRecordModel(_Model):
    """One record as published in the older and in the newer release; null where that one has it not, or where its row
    has not one cell for each column: then `unread` is the row. `id` is its name among the records held now, null where
    they are of another release."""

    what: Literal["changed", "added", "removed"]
    force: str
    name: str
    month: str
    id: str | None
    columns: list[str]
    old: dict[str, str] | None
    new: dict[str, str] | None
    unread: str | None = None


class ChangedRecordsModel(_Model):
    """A page: `next` is the `after` of the one that follows, null at the end. A page may be short and have one."""

    old: str
    new: str
    dataset: str
    columns: list[str]
    rows: list[ChangedRecordModel]
    total: int
    next: int | None


class WorkingModel(_Model):
    state: Literal["working"]
    words: str
    old: str
    new: str
