"""The vault: the bytes as received from publishers, for ever. A folder by default, object storage by URL.

Bytes are kept in *packs*: ordinary zip files holding the members of one receipt whose content was new, each
member's compressed bytes exactly as they were received. A pack is named by its content, never changed, and can
be opened with any zip program. Used by the flows; the ledger says which member lies in which pack, and where.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from bluelamp.errors import Damaged, NotFound, StorageError
from bluelamp.storage.files import PARTIAL, atomic_path, fsync_folder, storage_errors
from bluelamp.storage.vault.objects import FolderObjects, Objects, RemoteObjects
from bluelamp.storage.vault.snapshot_packs import SnapshotPacks

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_CENTRAL_HEADER = struct.Struct("<4s6H3L5H2L")
_UTF8_NAMES = 0x800
# 1980-01-01: the time of a member is kept by the ledger; a constant keeps equal packs equal to the byte.
_NO_TIME, _NO_DATE = 0, 0x21
_LIMIT_32 = 0xFFFFFFFF
_FLUSH_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class VaultObject:
    """One pack: its key, its size in bytes and the hash of its members' hashes."""

    key: str
    size: int
    sha256: str


@dataclass(slots=True)
class PackWriter:
    """Writes one pack, member by member. Made by `Vault.begin_pack`, ended by `Vault.keep` or `abandon`."""

    path: Path
    file: IO[bytes]
    entries: list[tuple[bytes, int, int, int, int, int]] = field(default_factory=list)
    _content: Any = field(default_factory=hashlib.sha256)
    _unflushed: int = 0
    _flusher: threading.Thread | None = None

    def add(self, name: str, method: int, crc32: int, size: int, raw: bytes) -> tuple[int, str]:
        """Append a member; (offset of its bytes in the pack, SHA-256 of the bytes as received)."""
        encoded = name.encode("utf-8", "backslashreplace")
        offset = self.file.tell()
        digest = hashlib.sha256(raw)
        self.file.write(
            _LOCAL_HEADER.pack(
                b"PK\3\4", 20, _UTF8_NAMES, method, _NO_TIME, _NO_DATE, crc32, len(raw), size, len(encoded), 0
            )
            + encoded
        )
        self.file.write(raw)
        self.entries.append((encoded, method, crc32, len(raw), size, offset))
        self._content.update(encoded + b"\0" + digest.digest())
        self._unflushed += len(raw)
        if self._unflushed >= _FLUSH_BYTES:
            self._flush_meanwhile()
        return offset + _LOCAL_HEADER.size + len(encoded), digest.hexdigest()

    def _flush_meanwhile(self) -> None:
        """Have the disk write while more bytes come, so that little is left to wait for at the end."""
        if self._flusher is None or not self._flusher.is_alive():
            self.file.flush()
            self._unflushed = 0
            # Whatever goes wrong here goes wrong again in `close`, which is the one that counts.
            self._flusher = threading.Thread(target=_flush_quietly, args=(self.file.fileno(),), daemon=True)
            self._flusher.start()

    def close(self) -> tuple[int, str]:
        """Write the directory and flush everything to disk; (size, hash of the members' hashes)."""
        start = self.file.tell()
        for name, method, crc32, compressed, size, offset in self.entries:
            extra = b"" if offset < _LIMIT_32 else struct.pack("<2HQ", 1, 8, offset)
            self.file.write(
                _CENTRAL_HEADER.pack(
                    b"PK\1\2", 45, 45, _UTF8_NAMES, method, _NO_TIME, _NO_DATE, crc32, compressed, size,
                    len(name), len(extra), 0, 0, 0, 0, min(offset, _LIMIT_32),
                )
                + name
                + extra
            )  # fmt: skip
        end, count = self.file.tell(), len(self.entries)
        if end >= _LIMIT_32 or count >= 0xFFFF:
            self.file.write(struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, end - start, start))
            self.file.write(struct.pack("<4sLQL", b"PK\6\7", 0, end, 1))
        self.file.write(
            struct.pack(
                "<4s4H2LH", b"PK\5\6", 0, 0, min(count, 0xFFFF), min(count, 0xFFFF),
                min(end - start, _LIMIT_32), min(start, _LIMIT_32), 0,
            )
        )  # fmt: skip
        size = self.file.tell()
        self.file.flush()
        self._await_flusher()
        os.fsync(self.file.fileno())
        self.file.close()
        return size, self._content.hexdigest()

    def _await_flusher(self) -> None:
        if self._flusher is not None:
            self._flusher.join()

    def abandon(self) -> None:
        self._await_flusher()
        # On a full disk closing fails too, because it writes what is left: that is no news any more.
        with suppress(OSError):
            self.file.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


def _flush_quietly(handle: int) -> None:
    with suppress(OSError):
        os.fsync(handle)


class Vault:
    """Where packs are kept. `url` is a folder or s3://, az://, gs://; `cache` is a folder for remote packs."""

    def __init__(self, url: str, cache: Path) -> None:
        self.url = url
        self._cache = cache
        self._folder = None if "://" in url and not url.startswith("file://") else Path(url.removeprefix("file://"))
        self._remote: ObjectStore | None = None
        self._objects: Objects = (
            RemoteObjects(self._store, lambda key, error: store_error(url, key, error))
            if self._folder is None
            else FolderObjects(self._folder)
        )
        self.packs = SnapshotPacks(self._objects)

    @property
    def folder(self) -> Path | None:
        """The folder of a local vault; None for object storage."""
        return self._folder

    def begin_pack(self) -> PackWriter:
        """A writer of a new pack, in the vault's own folder or, for object storage, in the cache."""
        with storage_errors("write to the vault"):
            place = self._folder or self._cache
            place.mkdir(parents=True, exist_ok=True)
            path = place / f"pack.{os.getpid()}{PARTIAL}"
            return PackWriter(path, path.open("wb"))

    def keep(self, writer: PackWriter, label: str) -> VaultObject:
        """End a pack and put it in the vault under `label`. Durable when this returns."""
        with storage_errors("write to the vault"):
            size, sha256 = writer.close()
            key = f"packs/{label}/{sha256[:32]}.zip"
            target = (self._folder or self._cache) / key
            target.parent.mkdir(parents=True, exist_ok=True)
            writer.path.replace(target)
            fsync_folder(target.parent)
        if self._folder is None:
            self._upload(key, target)
        return VaultObject(key, size, sha256)

    def keep_body(self, label: str, body: bytes) -> tuple[str, str]:
        """Put the body of one answer in the vault, packed; (its key, its SHA-256). Durable when this returns.

        The key names the content: what is kept already under that label is not written again.
        """
        from isal import igzip

        sha256 = hashlib.sha256(body).hexdigest()
        key = f"snapshots/{label}/{sha256[:32]}.gz"
        if self._folder is None:
            self._objects.put(key, igzip.compress(body, compresslevel=1, mtime=0))
            return key, sha256
        with storage_errors("write to the vault"):
            path = self._folder / key
            if not path.exists():
                with atomic_path(path) as partial:
                    partial.write_bytes(igzip.compress(body, compresslevel=1, mtime=0))
        return key, sha256

    def read_body(self, key: str, sha256: str) -> bytes:
        """The body of one answer, from its file or its day's pack. Raises Damaged where it is not what was received,
        NotFound where it is not there."""
        import gzip
        import zlib

        packed = self._objects.find(key) or self.packs.read(key)
        if packed is None:
            raise NotFound(f"The vault has no {key}.", "Restore the vault from a backup.")
        try:
            body = gzip.decompress(packed)
        except (OSError, EOFError, zlib.error):
            body = None
        if body is None or hashlib.sha256(body).hexdigest() != sha256:
            raise Damaged(f"The vault's {key} is not what was received.", "Restore it from a backup.")
        return body

    def local_path(self, key: str) -> Path:
        """A local file with the pack's bytes, downloaded first where the vault is object storage.

        Raises NotFound where the vault has no such pack, naming how to mend it.
        """
        path = (self._folder or self._cache) / key
        if path.exists():
            return path
        if self._folder is not None:
            raise NotFound(f"The vault has no {key}.", "Load that release again, or restore the vault from a backup.")
        self._download(key, path)
        return path

    def drop_cached(self) -> None:
        """Remove local copies of packs that object storage holds; nothing for a folder vault."""
        if self._folder is None:
            for path in self._cache.glob("packs/*/*.zip"):
                path.unlink(missing_ok=True)

    def read(self, key: str, offset: int, length: int) -> bytes:
        """`length` bytes of a pack at `offset`, by a range request where the vault is object storage."""
        path = (self._folder or self._cache) / key
        if self._folder is None and not path.exists():
            import obstore

            try:
                return bytes(obstore.get_range(self._store(), key, start=offset, length=length))
            except Exception as error:
                raise store_error(self.url, key, error) from error
        with storage_errors("read the vault"), self.local_path(key).open("rb") as file:
            file.seek(offset)
            found = file.read(length)
        if len(found) != length:
            raise Damaged(f"The vault's {key} is shorter than it was.", "Restore it from a backup, or load again.")
        return found

    def _store(self) -> ObjectStore:
        if self._remote is None:
            from obstore.store import from_url

            self._remote = from_url(self.url)
        return self._remote

    def _upload(self, key: str, path: Path) -> None:
        import obstore

        try:
            # A pack is named by its content: writing it again writes the same bytes.
            with path.open("rb") as file:
                obstore.put(self._store(), key, file)
            stored = obstore.head(self._store(), key)["size"]
        except Exception as error:
            raise store_error(self.url, key, error) from error
        if stored != path.stat().st_size:
            raise StorageError(f"{self.url}/{key} was stored with {stored} bytes instead of {path.stat().st_size}.")

    def _download(self, key: str, path: Path) -> None:
        import obstore

        with storage_errors("write to the cache"):
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(path.name + PARTIAL)
            try:
                answer = obstore.get(self._store(), key)
                with partial.open("wb") as file:
                    for chunk in answer.stream(min_chunk_size=8 << 20):
                        file.write(chunk)
            except OSError:
                raise
            except Exception as error:
                raise store_error(self.url, key, error) from error
            partial.replace(path)


def store_error(url: str, key: str, error: Exception) -> StorageError:
    """One sentence for a refusal of the object store, whose own words run over several lines and retries."""
    kind, text = type(error).__name__, str(error)
    if kind in {"NotFoundError", "FileNotFoundError"} or "NoSuchBucket" in text or "not found" in text.lower():
        return StorageError(f"{url} has no {key}.", "Check BLUELAMP_VAULT and the bucket.")
    if kind in {"PermissionDeniedError", "UnauthenticatedError"} or re.search(r"status code: 40[13]", text):
        return StorageError(f"{url} refuses the credentials.", "Check the provider's variables in the environment.")
    if re.search(r"error sending request|connect|dns|timed out", text, re.IGNORECASE):
        return StorageError(f"{url} cannot be reached.", "Check the network and the address, then run it again.")
    reason = (text.rpartition(" - ")[2].strip().splitlines() or [kind])[0][:160]
    return StorageError(f"{url} cannot be used: {reason.rstrip('.')}.", "Check BLUELAMP_VAULT and its credentials.")
