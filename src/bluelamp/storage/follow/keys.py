"""API keys: made on the command line, shown once, kept as hashes. Used by `bluelamp keys` and by the API's routes that
ask for one."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bluelamp.domain.moment import moment_of
from bluelamp.errors import NoSuchThing, UsageError
from bluelamp.storage.relational.reads import read
from bluelamp.storage.tables.follow import API_KEY, HOOK, HOOK_LETTER

PREFIX = "bl_"
_BYTES, _SHOWN, _LONGEST_NAME = 32, 8, 60
_FORM = re.compile(r"bl_[A-Za-z0-9_-]{20,200}")
# Using a key is written down at most so often.
_NOTED = timedelta(minutes=1)
_NONE = "0" * 64


@dataclass(frozen=True, slots=True)
class Key:
    """An API key, without what would open anything. `shown` are its first characters; moments are empty for never."""

    id: int
    name: str
    shown: str
    created_at: str
    last_used_at: str


class Keys:
    """The keys of one database. Safe for threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, name: str) -> str:
        """Make a key; the only time that it is told. Raises UsageError for a name that is taken, or is none."""
        name = _checked(name)
        token = PREFIX + secrets.token_urlsafe(_BYTES)
        new = {"name": name, "shown": token[:_SHOWN], "sha256": _hash(token), "created_at": moment_of(_now())}
        with self._engine.begin() as connection:
            try:
                connection.execute(API_KEY.insert().values(**new))
            except sa.exc.IntegrityError:
                raise UsageError(f"There is a key “{name}” already.", "Choose another name, or remove it.") from None
        return token

    def all(self) -> list[Key]:
        """Every key, by name."""
        rows = read(self._engine, lambda connection: connection.execute(sa.select(API_KEY)).all())
        return sorted((_key(row) for row in rows), key=lambda key: key.name)

    def remove(self, name: str) -> int:
        """Take a key back, and its webhooks with it; how many those were. Raises NoSuchThing."""
        name = " ".join(name.split())
        with self._engine.begin() as connection:
            gone = connection.execute(API_KEY.delete().where(API_KEY.c.name == name).returning(API_KEY.c.id)).scalar()
            if gone is None:
                raise NoSuchThing(f"There is no key “{name[:80]}”.", "bluelamp keys list shows those there are.")
            # Webhooks before their letters, as a rebuild takes them: two that wait for each other would wait for ever.
            connection.execute(HOOK.update().where(HOOK.c.key == gone).values(key=gone))
            hooks = sa.select(HOOK.c.id).where(HOOK.c.key == gone)
            connection.execute(HOOK_LETTER.delete().where(HOOK_LETTER.c.hook.in_(hooks)))
            return connection.execute(HOOK.delete().where(HOOK.c.key == gone)).rowcount

    def find(self, token: str) -> Key | None:
        """The key that a token is; None for one that is none. How long this takes says nothing about the hash."""
        if not _FORM.fullmatch(token):
            return None
        query = sa.select(API_KEY).where(API_KEY.c.shown == token[:_SHOWN])
        rows = read(self._engine, lambda connection: connection.execute(query).all())
        asked, found = _hash(token), None
        for row in rows:
            if hmac.compare_digest(asked, row.sha256):
                found = row
        if found is None:
            hmac.compare_digest(asked, _NONE)
            return None
        self._note(found)
        return _key(found)

    def _note(self, row: sa.Row[tuple[object, ...]]) -> None:
        now = _now()
        if row.last_used_at < moment_of(now - _NOTED):
            with self._engine.begin() as connection:
                used = API_KEY.update().where(API_KEY.c.id == row.id).values(last_used_at=moment_of(now))
                connection.execute(used)


def _checked(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > _LONGEST_NAME or not plain.isprintable():
        raise UsageError("A key needs a name.", f"Say whom it is for, in at most {_LONGEST_NAME} characters.")
    return plain


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _key(row: sa.Row[tuple[object, ...]]) -> Key:
    return Key(row.id, row.name, row.shown, row.created_at, row.last_used_at)


def _now() -> datetime:
    return datetime.now(UTC)
