"""Object storage as the calls of closed days are copied to it: one key for each feed and day, always the newest file.
Used by `lake`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bluelamp.storage.vault.vault import store_error

if TYPE_CHECKING:
    from obstore.store import ObjectStore


class Bucket:
    """`url` is that of the vault: s3://bucket/prefix, az://…, gs://…; credentials are those of the environment."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._remote: ObjectStore | None = None

    def key(self, feed: str, day: str) -> str:
        return f"lake/calls/feed={feed}/day={day}.parquet"

    def put(self, key: str, content: bytes) -> None:
        """Put a file there, in one step; durable when this returns. Raises StorageError."""
        import obstore

        try:
            obstore.put(self._store(), key, content)
        except Exception as error:
            raise store_error(self.url, key, error) from error

    def get(self, key: str) -> bytes:
        """Raises StorageError where it is not there."""
        import obstore

        try:
            return bytes(obstore.get(self._store(), key).bytes())
        except Exception as error:
            raise store_error(self.url, key, error) from error

    def delete(self, key: str) -> None:
        """Remove a file there; nothing where there is none. Raises StorageError."""
        import obstore

        try:
            obstore.delete(self._store(), key)
        except FileNotFoundError:
            return
        except Exception as error:
            raise store_error(self.url, key, error) from error

    def size(self, key: str) -> int | None:
        """How large it is there; None where it is not."""
        import obstore

        try:
            return int(obstore.head(self._store(), key)["size"])
        except FileNotFoundError:
            return None
        except Exception as error:
            raise store_error(self.url, key, error) from error

    def _store(self) -> ObjectStore:
        if self._remote is None:
            from obstore.store import from_url

            self._remote = from_url(self.url)
        return self._remote
