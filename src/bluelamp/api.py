"""The Python interface, for scripts what the commands are for a person: `bluelamp.load` takes releases in,
`bluelamp.ask` asks what is loaded.

Every answer carries what a figure must carry: its coverage, its caveats, its data version, its citation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.archive.load_report import LoadReport
from bluelamp.domain.month import Month
from bluelamp.errors import BluelampError, UsageError
from bluelamp.questions.model.coverage import Coverage

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from bluelamp.archive.fetch import Fetched
    from bluelamp.archive.load_report import LoadRequest
    from bluelamp.archive.progress import Progress
    from bluelamp.archive.workflow import Archive
    from bluelamp.domain.selection import Selection
    from bluelamp.questions.answer import QueryResult as _Answered
    from bluelamp.settings import Settings

__all__ = ["Answer", "BluelampError", "Coverage", "LoadReport", "ask", "load"]

Words = str | Sequence[str]
Value = str | int | bool | Sequence[str | int | bool]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question, with all that its figures must carry.

    `rows` is a list of dictionaries, one for each row; `columns` the names in order; `words` says what each column is.
    A value that is not known is None, never 0: beside it `held`, `expected` and `state` say what the row stands on.
    `coverage` counts the force-months (of calls, the days of feeds) that the answer should contain and those it does;
    `caveats` are sentences to quote with the figures; `truncated` says that there are more rows than were asked for.
    """

    dataset: str
    question: str
    columns: tuple[str, ...]
    words: Mapping[str, str]
    rows: list[dict[str, Any]]
    coverage: Coverage
    caveats: tuple[str, ...]
    data_version: str
    newest_release: str | None
    truncated: bool
    source: str
    licence: str
    _table: Callable[[], pyarrow.Table] = field(repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def to_arrow(self) -> pyarrow.Table:
        """The rows as an Arrow table; coverage, caveats, version and licence travel in its schema's metadata."""
        return self._table().replace_schema_metadata({"bluelamp": self._metadata()})

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a pandas data frame. Raises UsageError where pandas is not installed."""
        _require("pandas")
        return self.to_arrow().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The rows as a Polars data frame. Raises UsageError where Polars is not installed."""
        _require("polars")
        import polars as pl

        return pl.from_arrow(self.to_arrow())

    def citation(self) -> str:
        """How to cite these figures: the source, the question, the version that answered, what it covers."""
        return (
            f"{self.source}; asked “{self.question}” of Bluelamp data version {self.data_version}. "
            f"{self.coverage.words()} {self.licence}"
        )

    def _metadata(self) -> str:
        import json

        facts = {
            "question": self.question,
            "words": dict(self.words),
            "coverage": self.coverage.as_json(),
            "caveats": list(self.caveats),
            "data_version": self.data_version,
            "newest_release": self.newest_release,
            "citation": self.citation(),
        }
        return json.dumps(facts, ensure_ascii=False)


def ask(
    dataset: str,
    *,
    measure: Words = (),
    by: Words = (),
    where: Mapping[str, Value] | Sequence[str] | None = None,
    force: Words = (),
    first: str | None = None,
    last: str | None = None,
    order: Words = (),
    limit: int | None = None,
    as_of: str | None = None,
    home: str | PathLike[str] | None = None,
) -> Answer:
    """Ask a question of what is loaded.

    `dataset` is crimes, outcomes, stops, calls or incidents. `measure` (the count by default), `by` and `order` name
    fields, one or several; `bluelamp ask DATASET --fields` lists them. `where` maps a field to the value or values to
    keep, and `field!` to those to leave out; or it is a list of `field=value`. `force` names one or several forces;
    `first` and `last` are months, `YYYY-MM`; `as_of` answers as known at that release. `home` is the folder that
    Bluelamp keeps everything in, by default that of the settings.

    Raises UsageError for what cannot be asked, with the near name, and NothingHeld where nothing is loaded.
    """
    from bluelamp.archive.progress import Silent
    from bluelamp.bootstrap import open_version
    from bluelamp.questions.answer import answer
    from bluelamp.questions.parsing import make_question
    from bluelamp.settings import read_settings

    question = make_question(
        dataset,
        measures=_several(measure),
        by=_several(by),
        where=[*_filters(where), *(f"force={slug}" for slug in _several(force))],
        first=_month(first, "first"),
        last=_month(last, "last"),
        order=_several(order),
        limit=limit,
        as_of=_month(as_of, "as_of"),
    )
    settings, _ = read_settings({"home": Path(home) if home is not None else None})
    with open_version(settings, question, Silent()) as version:
        return _answer_of(answer(version, question))


def load(
    *locations: str | PathLike[str],
    release: str | None = None,
    whole: bool | None = None,
    named_as: str | None = None,
    dataset: Words = (),
    force: Words = (),
    first: str | None = None,
    last: str | None = None,
    home: str | PathLike[str] | None = None,
) -> LoadReport:
    """Load releases and publish the data version that follows; without a location, finish an interrupted load.

    `locations` are zips, unpacked folders, CSV files or web addresses. `release` (`YYYY-MM`) says which release one
    archive is, `whole` whether it lists all of it, `named_as` (`kent:2024-03:crimes`) what one file is, each where its
    name does not say so. `dataset`, `force`, `first` and `last` choose what of it is loaded, all by default. `home` is
    the folder that Bluelamp keeps everything in, by default that of the settings.

    Loading the same again changes nothing. Large loads start processes, which import a script again: it needs
    `if __name__ == "__main__":`. Raises UsageError for what cannot be loaded, SourceError where it cannot be
    read, and Busy while another process loads.
    """
    from bluelamp.archive.load_report import LoadRequest
    from bluelamp.archive.locations import refuse_wrong_paths, stated_unit
    from bluelamp.archive.progress import Silent
    from bluelamp.bootstrap import open_archive
    from bluelamp.settings import read_settings

    paths = [str(location) for location in locations]
    if release is not None and len(paths) > 1:
        raise UsageError("release states what one archive is; load several one by one.")
    chosen = select(_several(force), _several(dataset), _month(first, "first"), _month(last, "last"))
    wanted = LoadRequest(paths, _month(release, "release"), chosen, whole, stated_unit(named_as, paths, "named_as"))
    refuse_wrong_paths(paths)
    settings, _ = read_settings({"home": Path(home) if home is not None else None})
    return load_into(open_archive(settings), settings, wanted, Silent())


def load_into(
    archive: Archive,
    settings: Settings,
    request: LoadRequest,
    progress: Progress,
    received: Callable[[str, Fetched], None] = lambda _location, _fetched: None,
    on_retry: Callable[[str], None] | None = None,
) -> LoadReport:
    """`load` on an archive that is open. `received` is called after each location, `on_retry` with a sentence for each
    request that is tried again."""
    from functools import partial

    from bluelamp.archive.release_load import load_releases
    from bluelamp.bootstrap import open_client

    return load_releases(archive, request, progress, partial(open_client, settings, on_retry), received)


def select(forces: Sequence[str], datasets: Sequence[str], first: Month | None, last: Month | None) -> Selection:
    """What of a release is chosen. Raises UsageError for a name that there is not, with the near one, and for months
    that run backwards."""
    from bluelamp.domain.dataset import BY_NAME, BY_SUFFIX
    from bluelamp.domain.selection import Selection
    from bluelamp.questions.families.archive.kinds import find_force
    from bluelamp.questions.model.suggestions import near

    chosen = set()
    for name in datasets:
        dataset = BY_NAME.get(name) or BY_SUFFIX.get(name)
        if dataset is None:
            raise UsageError(f"There is no dataset “{name}”.", near(name, BY_NAME))
        chosen.add(dataset.name)
    if first and last and first > last:
        raise UsageError(f"The months run backwards: from {first} to {last}.")
    return Selection(frozenset(find_force(name) for name in forces), frozenset(chosen), first, last)


def _answer_of(answered: _Answered) -> Answer:
    from functools import partial

    from bluelamp.questions.table import table_of

    columns = answered.all_columns
    names = tuple(column.name for column in columns)
    return Answer(
        dataset=answered.question.dataset.name,
        question=answered.question.canonical(),
        columns=names,
        words={column.name: column.words for column in columns},
        rows=[dict(zip(names, row, strict=True)) for row in answered.all_rows],
        coverage=answered.coverage,
        caveats=answered.caveats,
        data_version=answered.data_version,
        newest_release=str(answered.newest_release) if answered.newest_release else None,
        truncated=answered.truncated,
        source=answered.source,
        licence=answered.licence,
        _table=partial(table_of, answered),
    )


def _require(library: str) -> None:
    from importlib.util import find_spec

    if find_spec(library) is None:
        raise UsageError(f"{library} is not installed.", "Install it beside Bluelamp, or use to_arrow().")


def _several(words: Words | None) -> list[str]:
    if words is None:
        return []
    return [words] if isinstance(words, str) else list(words)


def _filters(where: Mapping[str, Value] | Sequence[str] | None) -> list[str]:
    if where is None:
        return []
    if not isinstance(where, Mapping):
        return _several(where)
    found = []
    for name, given in where.items():
        values = [given] if isinstance(given, (str, int)) else list(given)
        found += [f"{name}={_text(value)}" for value in values]
    return found


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _month(text: str | None, name: str) -> Month | None:
    if text is None:
        return None
    try:
        return Month.parse(text)
    except ValueError as error:
        raise UsageError(f"{name}: {error}.") from None
