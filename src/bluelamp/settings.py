"""Typed settings, read once, refusing nonsense. Built by `bootstrap`, shown by `bluelamp config show`.

Precedence: flag of the command line, then environment (`BLUELAMP_…`), then `bluelamp.toml` in the home, then
the default. Everything that Bluelamp keeps lies under one folder, `home`.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bluelamp.errors import SettingsError

PREFIX = "BLUELAMP_"
FILE_NAME = "bluelamp.toml"
_SECRET_WORDS = ("password", "secret", "token", "key")
# A secret among the parameters of a URL, as in postgresql://host/name?password=….
_SECRET_PARAMETER = re.compile(rf"([?&][^=&]*(?:{'|'.join(_SECRET_WORDS)})[^=&]*=)[^&]*", re.IGNORECASE)
# Read by the command line itself, or by the tests: no settings of the product.
_FOREIGN = {"BLUELAMP_SHARED_DATA", "BLUELAMP_DEBUG"}


def default_home() -> Path:
    """The platform's data folder for Bluelamp."""
    return Path(platformdirs.user_data_dir("bluelamp", appauthor=False))


class Settings(BaseSettings):
    """All settings. Each has words, because `bluelamp config show` prints them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    home: Path = Field(default_factory=default_home, description="the one folder under which everything is kept")
    vault: str = Field(
        default="",
        description="where bytes as received are kept: empty for a folder in the home, or s3://bucket/prefix, "
        "az://container/prefix, gs://bucket/prefix (credentials come from that provider's usual environment)",
    )
    database: str = Field(
        default="",
        description="the database of ledger and event logs: empty for SQLite in the home, or "
        "postgresql://user:password@host/name",
    )
    processes: int = Field(default=0, ge=0, le=256, description="worker processes of a load; 0 for one per core")
    memory_mb: int = Field(default=500, ge=256, le=1_000_000, description="memory the warehouse engine may use, in MB")
    police_uk_url: str = Field(default="https://data.police.uk", description="where releases and the API are")
    host: str = Field(default="127.0.0.1", description="the address that bluelamp serve listens on")
    port: int = Field(default=8000, ge=0, le=65_535, description="the port that bluelamp serve listens on; 0 for any")
    workers: int = Field(default=1, ge=1, le=64, description="web server processes; all read one warehouse")
    serve_memory_mb: int = Field(
        default=1000, ge=128, le=1_000_000, description="memory each web server process may use to read rows, in MB"
    )
    query_seconds: float = Field(
        default=10.0, gt=0, le=600, description="how long one question may take on the web before it is refused"
    )
    queries_at_once: int = Field(
        default=2, ge=1, le=64, description="questions that each web server process may answer from rows at once"
    )
    files_at_once: int = Field(
        default=2,
        ge=1,
        le=64,
        description="files of records that each web server process makes at once; four times as many may be open, and "
        "as many wait, beyond which one is told to come back",
    )
    kept_files_mb: int = Field(
        default=2_000,
        ge=0,
        le=10_000_000,
        description="disk for files of records that others read in parts (Parquet by its address), in MB; the one "
        "asked for longest ago goes first, none takes more than half; 0 keeps none",
    )
    public_url: str = Field(
        default="",
        description="the address that the public knows this site by, as https://…, for links in what is sent out; "
        "empty for the one that it is asked at",
    )
    trusted_proxies: str = Field(
        default="",
        description="proxies whose word is believed on whom they ask for (X-Forwarded-For), as addresses or networks "
        "with commas between: 127.0.0.1, 10.0.0.0/8; empty believes none",
    )
    requests_per_minute: int = Field(
        default=6_000,
        ge=0,
        le=10_000_000,
        description="requests of the API that one network address, or one key, may make in a minute of each web server "
        "process; beyond, 429 says when to come back. 0 sets no limit",
    )
    header_seconds: float = Field(
        default=15.0, gt=0, le=600, description="how long a connection may take to say what it asks for"
    )
    connections_total: int = Field(
        default=12_000, ge=64, le=1_000_000, description="open connections of each web server process, streams included"
    )
    notice: str = Field(default="", max_length=400, description="a sentence at the head of every page")
    basemap_style_url: str = Field(
        default="",
        description="a MapLibre style to draw the map on, as https://…; empty for the built-in outlines",
    )
    basemap_pmtiles_url: str = Field(
        default="", description="a PMTiles file that the style may use, as https://… or a path of this site"
    )
    postcode_url: str = Field(
        default="",
        description="where postcodes are looked up, with {postcode} in it; it answers JSON with longitude and latitude",
    )
    metrics: Literal["local", "public", "off"] = Field(
        default="local",
        description="who may read /metrics: local (programs of this machine that ask by themselves, never through a "
        "proxy), public (everybody), off (nobody)",
    )
    log_requests: bool = Field(
        default=True, description="one line of JSON on standard error for each request, where that is no terminal"
    )
    feeds: str = Field(
        default="", description="the feeds of active calls to poll, by name with commas between; empty for none"
    )
    poll_in_server: bool = Field(
        default=True, description="let bluelamp serve poll the feeds too; false where bluelamp live run does it"
    )
    pollers: int = Field(
        default=32, ge=1, le=256, description="feeds that a process asks at the same time, each in a thread of its crew"
    )
    database_connections: int = Field(
        default=20, ge=2, le=1_000, description="connections to the database that each process may have at once"
    )
    push_token: str = Field(
        default="",
        description="what a program must show to hand in a snapshot, 20 characters or more; empty keeps that door shut",
    )
    socrata_token: str = Field(default="", description="the app token sent to Socrata sites; empty for none")
    stream_ring: int = Field(
        default=10_000, ge=100, le=1_000_000, description="changes of each feed kept at hand for streams that reconnect"
    )
    streams_per_address: int = Field(
        default=20, ge=1, le=1_000_000, description="open streams that one network address may have"
    )
    streams_total: int = Field(
        default=10_000, ge=1, le=1_000_000, description="open streams of each web server process"
    )
    live_keep_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="days that changes are kept one by one, once their day is in the lake; 0 for ever",
    )
    geocoders: str = Field(
        default="",
        description="whom to ask where calls are, in this order, with commas between: arcgis, census, nominatim, "
        "photon, pelias, radar, google; the gazetteer is always first. Empty asks nobody",
    )
    geocode_daily_budget: int = Field(
        default=0, ge=0, le=1_000_000, description="requests a day to each geocoder at most; 0 for what its terms allow"
    )
    arcgis_locator_url: str = Field(
        default="", description="a city's own locator: https://…/GeocodeServer; needed for arcgis"
    )
    census_url: str = Field(default="", description="where the Census geocoder is, where it is not the usual one")
    nominatim_url: str = Field(default="", description="where Nominatim is, where it is not the public one")
    photon_url: str = Field(default="", description="where Photon is, where it is not the public one")
    pelias_url: str = Field(default="", description="where Pelias is; needed for pelias")
    radar_key: str = Field(default="", description="the key that Radar is asked with; needed for radar")
    google_key: str = Field(default="", description="the key that Google's geocoder is asked with; needed for google")
    allow_private_addresses: bool = Field(
        default=False,
        description="let downloads reach loopback and private addresses; for tests and mirrors in your own network",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only the values that `read_settings` gathered, with their origins: no look-up by itself adds any."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        if "?" in str(home):
            # The warehouse's engine takes what follows for the query of a web address and loses its files.
            raise ValueError("choose a folder without a question mark in its name")
        return home.expanduser().absolute()

    @field_validator("basemap_style_url", "basemap_pmtiles_url", "postcode_url")
    @classmethod
    def _web_address_or_none(cls, url: str) -> str:
        if url and not url.startswith(("https://", "http://", "/")):
            raise ValueError("write a web address that begins with https:// or http://, or a path of this site")
        return url

    @field_validator("public_url", "arcgis_locator_url", "census_url", "nominatim_url", "photon_url", "pelias_url")
    @classmethod
    def _web_address_of_site(cls, url: str) -> str:
        if url and not url.startswith(("https://", "http://")):
            raise ValueError("write a web address that begins with https:// or http://")
        return url.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, text: str) -> str:
        for word in _words(text):
            try:
                ipaddress.ip_network(word, strict=False)
            except ValueError:
                raise ValueError(f"“{word[:60]}” is no address and no network; write 127.0.0.1 or 10.0.0.0/8") from None
        return text

    @field_validator("push_token")
    @classmethod
    def _long_enough(cls, token: str) -> str:
        if token and len(token) < 20:
            raise ValueError("choose one of 20 characters or more")
        return token

    @field_validator("police_uk_url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        if not url.startswith(("https://", "http://")):
            raise ValueError("write a web address that begins with https:// or http://")
        return url.rstrip("/")

    @field_validator("vault")
    @classmethod
    def _vault_place(cls, url: str) -> str:
        if "://" in url and url.split("://", 1)[0] not in {"s3", "az", "gs", "file"}:
            raise ValueError("write s3://, az://, gs:// or a folder")
        return url.rstrip("/")

    @field_validator("database")
    @classmethod
    def _database_kind(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("write sqlite:///PATH or postgresql://user:password@host/name")
        if url.startswith("postgresql"):
            try:
                _ = urlsplit(url).port
            except ValueError:
                raise ValueError("its port is no number; write % as %25 and @ as %40 in a password") from None
        return url

    @property
    def database_url(self) -> str:
        """The URL for SQLAlchemy, with the driver named."""
        if not self.database:
            return f"sqlite:///{self.home / 'ledger.sqlite'}"
        return self.database.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def live_database_url(self) -> str:
        """That of the live half: a file of its own in the home, because it is written all day long; on PostgreSQL the
        same database."""
        return self.database_url if self.database else f"sqlite:///{self.home / 'live.sqlite'}"

    @property
    def vault_url(self) -> str:
        return self.vault or str(self.home / "vault")

    @property
    def feed_names(self) -> list[str]:
        """The feeds to poll, in the order that they were named."""
        return list(dict.fromkeys(name.strip() for name in self.feeds.split(",") if name.strip()))

    @property
    def proxies(self) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        """The proxies that are believed."""
        return [ipaddress.ip_network(word, strict=False) for word in _words(self.trusted_proxies)]

    @property
    def geocoder_names(self) -> list[str]:
        """The geocoders to ask, in their order."""
        return list(dict.fromkeys(name.strip() for name in self.geocoders.split(",") if name.strip()))

    @property
    def worker_count(self) -> int:
        return self.processes or max(1, os.cpu_count() or 1)


def read_settings(
    flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
) -> tuple[Settings, dict[str, str]]:
    """The settings and, for each, where its value came from: `flag`, `environment`, the file, or `default`.

    Raises SettingsError, with file and line where there is one, for a key or value that is not understood.
    """
    environment = os.environ if environment is None else environment
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    from_environment = _environment_values(environment)
    home = Path(str(given.get("home") or from_environment.get("home") or default_home())).expanduser()
    file = home / FILE_NAME
    from_file = _file_values(file)
    values = {**from_file, **from_environment, **given}
    values["home"] = home
    origins = dict.fromkeys(Settings.model_fields, "default")
    origins |= dict.fromkeys(from_file, str(file))
    origins |= {name: f"environment {PREFIX}{name.upper()}" for name in from_environment}
    origins |= dict.fromkeys(given, "flag")
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise _explain(error, origins, file) from None
    return settings, origins


def shown_value(name: str, value: object) -> str:
    """A setting's value as it may be shown: passwords inside URLs and secrets masked."""
    text = str(value)
    if any(word in name for word in _SECRET_WORDS):
        return "•••" if text else ""
    if "@" in text and "://" in text:
        scheme, rest = text.split("://", 1)
        user, host = rest.rsplit("@", 1)
        text = f"{scheme}://{user.split(':', 1)[0]}:•••@{host}"
    return without_secrets(text)


def without_secrets(url: str) -> str:
    """A URL whose parameters that look like secrets (keys, tokens, passwords) are masked."""
    return _SECRET_PARAMETER.sub(r"\1•••", url)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _environment_values(environment: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name, value in environment.items():
        if not name.startswith(PREFIX) or name in _FOREIGN:
            continue
        key = name.removeprefix(PREFIX).lower()
        if key not in Settings.model_fields:
            close = difflib.get_close_matches(key, Settings.model_fields, n=1)
            hint = f"Did you mean {PREFIX}{close[0].upper()}?" if close else "`bluelamp config show` lists them all."
            raise SettingsError(f"{name} is set in the environment, but there is no such setting.", hint)
        found[key] = value
    return found


def _file_values(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except NotADirectoryError:
        raise SettingsError(
            f"{file.parent} cannot be the home: it is, or lies under, a file.",
            "Set --home or BLUELAMP_HOME to a folder.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(f"{file} cannot be read: {reason}.", "Check it and its permissions.") from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not TOML: {error}.") from None
    for key in values:
        line = _line_of(text, key)
        if key == "home":
            raise SettingsError(
                f"{file}, line {line}: the home cannot be set in the file that lies in it.",
                "Set --home or BLUELAMP_HOME.",
            )
        if key not in Settings.model_fields:
            raise SettingsError(f"{file}, line {line}: there is no setting “{key}”.", _near(key))
    return values


def _line_of(text: str, key: str) -> int:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\[*{re.escape(key)}[\s=.\]]", line.replace('"', "").replace("'", "").strip()):
            return number
    return 1


def _near(key: str) -> str:
    close = difflib.get_close_matches(key, [name for name in Settings.model_fields if name != "home"], n=1)
    return f"Did you mean “{close[0]}”?" if close else "`bluelamp config show` lists them all."


def _explain(error: ValidationError, origins: dict[str, str], file: Path) -> SettingsError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "?"
    origin = origins.get(name, "default")
    where = origin
    if origin == str(file):
        where = f"{file}, line {_line_of(file.read_text(encoding='utf-8'), name)}"
    reason = first["msg"].removeprefix("Value error, ")
    return SettingsError(
        f"{where}: the setting “{name}” cannot be {shown_value(name, first.get('input'))!r}: {reason}."
    )
