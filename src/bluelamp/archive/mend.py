"""What `bluelamp doctor --mend` does: a damaged ledger is put back from its copy, damaged bytes as received are struck
off so that the next load of their release brings them again, and the rest is made anew from the vault.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from bluelamp.archive.progress import Progress
from bluelamp.errors import BluelampError
from bluelamp.storage.ledger import ledger_copy
from bluelamp.storage.ledger.ledger import Ledger, StoredFile
from bluelamp.storage.vault.vault import Vault


def damaged_in_vault(ledger: Ledger, vault: Vault, progress: Progress) -> Iterator[tuple[StoredFile, str]]:
    """(file, what is wrong) for each file whose bytes as received are not what was received."""
    files = [file for file in ledger.files_of() if file.vault_key]
    progress.begin("checking the vault", sum(file.compressed_size for file in files), len(files))
    done = 0
    for number, file in enumerate(files, 1):
        try:
            raw = vault.read(file.vault_key, file.vault_offset, file.compressed_size)
            if hashlib.sha256(raw).hexdigest() != file.raw_sha256:
                yield file, f"{file.member} of {file.release} in {file.vault_key}"
        except BluelampError as error:
            yield file, f"{file.member} of {file.release}: {error.message}"
        done += file.compressed_size
        progress.at(done, number)
    progress.end()


def mend_ledger(path: Path) -> str:
    """What was done about a damaged SQLite ledger, "" where it is sound."""
    if not path.exists() or not ledger_copy.problems(path):
        return ""
    ledger_copy.put_back(path)
    return f"The ledger is put back from its copy; the damaged one is kept as {path.stem}.damaged."


def mend_vault(ledger: Ledger, vault: Vault, progress: Progress) -> str:
    """Strikes damaged bytes off, so that loading their release again brings them back; what was done, in words."""
    damaged = [file for file, _ in damaged_in_vault(ledger, vault, progress)]
    if damaged:
        ledger.forget_bytes([file.id for file in damaged])
    lacking = lacking_bytes(ledger)
    if not lacking:
        return ""
    releases = ", ".join(sorted({str(file.release) for file in lacking}))
    return f"{len(lacking):,} files as received are lost. To bring them back, load again: {releases}."


def lacking_bytes(ledger: Ledger) -> list[StoredFile]:
    """Files that were received and whose bytes are lost: they answer from the lake until that is lost too."""
    return [file for file in ledger.files_of() if file.raw_sha256 and not file.vault_key]
