"""Wires it all, once: settings in, the parts of the system out. Called by the command line, the web server and the
synthetic city. Stores and their engines are opened here and nowhere else.

Heavy libraries are imported here, inside functions, so that `--help` does not pay for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bluelamp.errors import UsageError
from bluelamp.settings import Settings

if TYPE_CHECKING:
    import sqlalchemy as sa

    from bluelamp.archive.progress import Progress
    from bluelamp.archive.workflow import Archive
    from bluelamp.domain.call import Call
    from bluelamp.follow.deliverer import Deliverer
    from bluelamp.history.upkeep import History
    from bluelamp.live.workflow import LiveFlow
    from bluelamp.places.accuracy import PlaceScores
    from bluelamp.places.explanation import Opened, PlaceExplainer
    from bluelamp.places.locator import Locator
    from bluelamp.places.placing import Located
    from bluelamp.places.resolver import Resolver
    from bluelamp.places.setup import PlacesSetup
    from bluelamp.questions.model.data_version import DataVersion
    from bluelamp.questions.model.question import Question
    from bluelamp.questions.model.stores import Stores
    from bluelamp.sources.feeds.agency import Agency
    from bluelamp.sources.http import HttpClient
    from bluelamp.storage.calls.days import CallsDays
    from bluelamp.storage.calls.lake import CallsLake
    from bluelamp.storage.follow.hooks import Hooks
    from bluelamp.storage.follow.keys import Keys
    from bluelamp.storage.live.event_log import EventLog
    from bluelamp.storage.reference.store import ReferenceStore
    from bluelamp.storage.warehouse.database import WarehouseFolder


_WAITING_SECONDS = 3.0
_POLL_SECONDS = 20.0


def open_archive(settings: Settings, *, looking: bool = False) -> Archive:
    """The archive flow on the stores that the settings name. Creates the home and migrates the ledger.

    With `looking`, nothing is created: where no ledger is kept yet, an empty one in memory stands in.
    """
    from bluelamp.archive.workflow import Archive
    from bluelamp.storage.lake import Lake
    from bluelamp.storage.ledger.ledger import Ledger
    from bluelamp.storage.private import tighten_home
    from bluelamp.storage.reference.store import ReferenceStore
    from bluelamp.storage.relational.database import open_database
    from bluelamp.storage.vault.vault import Vault

    tighten_home(settings.home)
    return Archive(
        home=settings.home,
        ledger=Ledger(open_database(_kept(settings.database_url) if looking else settings.database_url)),
        vault=Vault(settings.vault_url, settings.home / "cache"),
        lake=Lake(settings.home / "lake"),
        reference=ReferenceStore(settings.home),
        warehouse=open_warehouse(settings),
        processes=settings.worker_count,
        memory_mb=settings.memory_mb,
    )


@dataclass(slots=True)
class LiveHalf:
    """The live half of an installation on one engine: its flow, and by name what others use beside the flow."""

    flow: LiveFlow
    keys: Keys
    hooks: Hooks
    accuracy: PlaceScores
    explainer: PlaceExplainer
    deliver: Callable[[], Deliverer]  # makes what delivers webhooks, not started yet

    def close(self) -> None:
        """Give the database's connections back."""
        self.flow.close()


def read_feeds(settings: Settings) -> dict[str, Agency]:
    """The feeds that come with Bluelamp and those of the home, by name. Raises SettingsError for a file that is not
    right."""
    from bluelamp.sources.feeds.agency import read_agencies

    return read_agencies(settings.home / "feeds")


def open_live(settings: Settings, *, looking: bool = False) -> LiveFlow:
    """The live flow alone; see `open_live_half`."""
    return open_live_half(settings, looking=looking).flow


def open_live_half(settings: Settings, *, looking: bool = False, feeds: dict[str, Agency] | None = None) -> LiveHalf:
    """The live half on the stores that the settings name. `feeds` are those that were read already. Raises
    SettingsError for an agency's file that is not right.

    With `looking`, nothing is created: where nothing is kept yet, an empty database in memory stands in.
    """
    from bluelamp.live.workflow import LiveFlow
    from bluelamp.places.accuracy import PlaceScores
    from bluelamp.places.explanation import PlaceExplainer
    from bluelamp.storage.follow.hooks import Hooks
    from bluelamp.storage.follow.keys import Keys
    from bluelamp.storage.live.event_log import EventLog
    from bluelamp.storage.live.leases import Leases
    from bluelamp.storage.live.log_writer import LogWriter
    from bluelamp.storage.live.snapshots import Snapshots
    from bluelamp.storage.places.store import PlaceStore
    from bluelamp.storage.private import tighten_home
    from bluelamp.storage.relational.database import open_database
    from bluelamp.storage.vault.vault import Vault

    tighten_home(settings.home)
    url = settings.live_database_url
    engine = open_database(_kept(url) if looking else url, settings.database_connections)
    log = EventLog(engine)

    def locator(agencies: Sequence[Agency], located: Located) -> Locator:
        return _open_locator(settings, engine, log, agencies, located)

    def told(agency: Agency) -> Opened:
        from bluelamp.places.setup import open_explained

        return open_explained(open_places(settings, offline=True), PlaceStore(engine), agency)

    flow = LiveFlow(
        agencies=read_feeds(settings) if feeds is None else feeds,
        log=log,
        writer=LogWriter(engine),
        snapshots=Snapshots(engine, Vault(settings.vault_url, settings.home / "cache")),
        leases=Leases(engine),
        client=lambda: _polling_client(settings),
        token=settings.socrata_token,
        pollers=settings.pollers,
        tidy=lambda: _compact(settings),
        locator=locator,
    )
    return LiveHalf(
        flow,
        Keys(engine),
        Hooks(engine),
        PlaceScores(PlaceStore(engine), open_places(settings)),
        PlaceExplainer(told),
        lambda: _open_deliverer(settings, engine, log),
    )


def _open_deliverer(settings: Settings, engine: sa.Engine, log: EventLog) -> Deliverer:
    """What delivers webhooks, not started yet."""
    from bluelamp.follow.deliverer import Deliverer
    from bluelamp.follow.delivery import Courier
    from bluelamp.follow.log_reader import HookReading
    from bluelamp.storage.follow.hooks import Hooks
    from bluelamp.storage.follow.progress import HookProgress
    from bluelamp.storage.live.leases import Leases
    from bluelamp.storage.tables.follow import HOOK_LEASE

    client = open_client(settings)
    courier = Courier(HookProgress(engine), HookReading(log), client.post, settings.public_url)
    return Deliverer(courier, Hooks(engine), log, Leases(engine, HOOK_LEASE), close=client.close)


def open_places(settings: Settings, *, offline: bool = False) -> PlacesSetup:
    """What the settings say of places; with `offline`, no geocoder is asked."""
    from bluelamp.places.setup import PlacesSetup
    from bluelamp.sources.geocoders.choice import Access

    access = Access(
        radar_key=settings.radar_key,
        google_key=settings.google_key,
        arcgis_locator_url=settings.arcgis_locator_url,
        nominatim_url=settings.nominatim_url,
        photon_url=settings.photon_url,
        pelias_url=settings.pelias_url,
        census_url=settings.census_url,
    )
    chosen = () if offline else settings.geocoder_names
    return PlacesSetup(settings.home, chosen, access, settings.geocode_daily_budget)


def _open_locator(
    settings: Settings, engine: sa.Engine, log: EventLog, agencies: Sequence[Agency], located: Located
) -> Locator:
    """Places the calls of some feeds: by their own points, the gazetteer, and the geocoders that were chosen."""
    from bluelamp.places.locator import Locator
    from bluelamp.places.privacy import place_privacy
    from bluelamp.places.setup import open_lines, resolvers_of
    from bluelamp.storage.places.store import PlaceStore

    setup, places = open_places(settings), PlaceStore(engine)
    lines = open_lines(setup, places, open_client(settings, waiting=True))
    resolvers = resolvers_of(setup, places, {agency.name: agency for agency in agencies}, lines)

    def waiting() -> Iterator[tuple[str, Call]]:
        for feed in log.heads():
            if feed in resolvers:
                yield from ((feed, call) for call in log.current(feed)[1])

    privacy = {agency.name: place_privacy(agency, places.secret) for agency in agencies}
    return Locator(resolvers, located, privacy=privacy, waiting=waiting)


@contextmanager
def open_resolver(settings: Settings, feed: str, *, offline: bool = False, bulk: bool = False) -> Iterator[Resolver]:
    """What places the locations of one feed, for as long as it is needed. With `offline`, no geocoder is asked; with
    `bulk`, it is about many locations at once. Raises UsageError for a feed that there is not."""
    from bluelamp.places.setup import open_lines, resolver_of
    from bluelamp.questions.model.suggestions import near
    from bluelamp.storage.places.store import PlaceStore
    from bluelamp.storage.relational.database import open_database

    agencies = read_feeds(settings)
    if feed not in agencies:
        raise UsageError(f"There is no feed “{feed}”.", near(feed, agencies) or "See: bluelamp feeds list")
    setup = open_places(settings, offline=offline)
    engine = open_database(settings.live_database_url)
    places = PlaceStore(engine)
    try:
        with ExitStack() as opened:
            lines = []
            if not offline:
                lines = open_lines(setup, places, opened.enter_context(open_client(settings, waiting=True)))
            # What needs nobody's answer is worked out again faster than it is looked up.
            yield resolver_of(setup, places, agencies[feed], lines, bulk=bulk, keep=bool(lines) or not bulk)
    finally:
        engine.dispose()


def open_history(settings: Settings) -> History:
    """The history of calls on the stores that the settings name. Raises SettingsError for an agency's file that is not
    right."""
    from bluelamp.history.compact import CompactionStores
    from bluelamp.history.upkeep import History
    from bluelamp.storage.calls.days import CallsDays
    from bluelamp.storage.calls.lake import CallsLake
    from bluelamp.storage.calls.log import CallsLog
    from bluelamp.storage.live.event_log import EventLog
    from bluelamp.storage.live.log_writer import LogWriter
    from bluelamp.storage.live.snapshots import Snapshots
    from bluelamp.storage.relational.database import open_database
    from bluelamp.storage.vault.vault import Vault

    engine = open_database(settings.live_database_url)
    return History(
        agencies=read_feeds(settings),
        stores=CompactionStores(
            EventLog(engine),
            CallsLog(engine),
            Snapshots(engine, Vault(settings.vault_url, settings.home / "cache")),
            CallsDays(engine),
            CallsLake(settings.home / "lake", settings.vault_url),
        ),
        writer=LogWriter(engine),
        keep_days=settings.live_keep_days,
    )


def _compact(settings: Settings) -> None:
    """Closed days of calls into the lake, and what the event log then lets go."""
    history = open_history(settings)
    try:
        history.compact_closed()
    finally:
        history.close()


def _polling_client(settings: Settings) -> HttpClient:
    """A client for all polling: one attempt, because the next poll is the next attempt."""
    from bluelamp.sources.http import Backoff, HttpClient

    once = Backoff(attempts=1, patience=_POLL_SECONDS)
    return HttpClient(
        allow_private=settings.allow_private_addresses,
        timeout=_POLL_SECONDS,
        backoff=once,
        connections=settings.pollers,
    )


def _kept(url: str) -> str:
    """The database's URL, or that of an empty one in memory where its SQLite file does not exist."""
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return "sqlite:///:memory:"
    return url


def open_warehouse(settings: Settings) -> WarehouseFolder:
    """The folder of data versions, for reading."""
    from bluelamp.storage.warehouse.database import WarehouseFolder

    return WarehouseFolder(settings.home / "warehouse")


def open_stores(settings: Settings, *, memory_mb: int = 0, threads: int = 0) -> Stores:
    """Where questions are answered from; an engine may take so many MB and threads, by default those of a command.
    Opens nothing yet."""
    from bluelamp.questions.model.stores import Stores

    home = settings.home

    def calls_days() -> CallsDays:
        from bluelamp.storage.calls.days import CallsDays
        from bluelamp.storage.relational.database import open_database

        return CallsDays(open_database(_kept(settings.live_database_url)))

    def calls_lake() -> CallsLake:
        from bluelamp.storage.calls.lake import CallsLake

        return CallsLake(home / "lake", settings.vault_url)

    return Stores(
        home=home,
        lake=home / "lake",
        memory_mb=memory_mb or settings.memory_mb,
        threads=threads or settings.worker_count,
        warehouse=lambda: open_warehouse(settings),
        has_live=lambda: _kept(settings.live_database_url) == settings.live_database_url,
        calls_days=calls_days,
        calls_lake=calls_lake,
        agencies=lambda: read_feeds(settings),
    )


@contextmanager
def open_version(settings: Settings, question: Question, progress: Progress) -> Iterator[DataVersion]:
    """The data version that answers a question: the current one of its family, or that of an older release, which is
    built where it is not kept. Raises NothingHeld where nothing is."""
    from bluelamp.questions.registry import family_of

    name = ""
    if question.as_of is not None:
        open_archive(settings).as_of(question.as_of, progress)
        name = str(question.as_of)
    with family_of(question.dataset).open_version(open_stores(settings), name) as version:
        yield version


def open_reference(settings: Settings) -> ReferenceStore:
    from bluelamp.storage.reference.store import ReferenceStore

    return ReferenceStore(settings.home)


def open_client(
    settings: Settings, on_retry: Callable[[str], None] | None = None, *, waiting: bool = False
) -> HttpClient:
    """The one client for everything that goes out. `on_retry` is told in a sentence of each request tried again. With
    `waiting`, somebody waits for the answer: what does not come soon does not come."""
    import stamina.instrumentation as retries

    from bluelamp.sources.http import Backoff, HttpClient

    def tell(details: retries.RetryDetails) -> None:
        if on_retry is not None:
            cause = str(details.caused_by) or type(details.caused_by).__name__
            on_retry(f"Trying again in {details.wait_for:.1f} s (attempt {details.retry_num + 1}): {cause}")

    # By default the retries are logged where the answer goes: standard output.
    retries.set_on_retry_hooks([tell])
    if waiting:
        once = Backoff(attempts=1, patience=_WAITING_SECONDS)
        return HttpClient(allow_private=settings.allow_private_addresses, timeout=_WAITING_SECONDS, backoff=once)
    return HttpClient(allow_private=settings.allow_private_addresses)
