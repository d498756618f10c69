"""Faults of whole files: what becomes of a finished file's bytes. Called by archive for those that coverage names."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from bluelamp.domain.dataset import CRIMES, OUTCOMES, STOPS, Dataset
from bluelamp.synthetic.chance import generator

_RENAMED = {CRIMES.name: ("Crime type", "Offence"), OUTCOMES.name: ("Outcome type", "Result"),
            STOPS.name: ("Legislation", "Power")}  # fmt: skip
_DROPPED = {CRIMES.name: "LSOA code", OUTCOMES.name: "Month", STOPS.name: "Officer-defined ethnicity"}
EXTRA_COLUMN = "Neighbourhood"


@dataclass(frozen=True)
class DamagedBytes:
    """The bytes to store, the bytes that the stored checksum is of, and what was done, in words."""

    stored: bytes
    checked: bytes
    how: str


def damaged(fault: str, dataset: Dataset, body: bytes, seed: int) -> DamagedBytes:
    """The file with the fault. Faults that only touch rows leave the bytes as they are."""
    if fault == "damaged_member":
        return _flipped(body)
    if fault == "cut_file":
        return _same(_cut(body), "ends in the middle of a row")
    if fault == "no_header":
        return _same(body.partition(b"\n")[2], "the header is gone")
    if fault == "not_text":
        return _same(generator(seed, "noise").bytes(min(len(body), 5000)), "arbitrary bytes")
    if fault == "empty_files":
        return _same(body[: body.index(b"\n") + 1], "the header alone")
    if fault == "crlf":
        return _same(body.replace(b"\n", b"\r\n"), "lines end in CR LF")
    if fault == "bare_cr":
        return _same(body.replace(b"\n", b"\r"), "lines end in CR")
    if fault == "bom":
        return _same(b"\xef\xbb\xbf" + body, "starts with a byte order mark")
    if fault in {"renamed_column", "missing_column", "reordered_columns", "extra_column"}:
        return _columns(fault, dataset, body)
    return _same(body, "")


def _same(stored: bytes, how: str) -> DamagedBytes:
    return DamagedBytes(stored, stored, how)


def _flipped(body: bytes) -> DamagedBytes:
    """A stretch of the middle reads otherwise than when its checksum was taken."""
    middle = len(body) // 2
    changed = bytes(byte ^ 1 if byte > 48 else byte for byte in body[middle : middle + 40])
    return DamagedBytes(body[:middle] + changed + body[middle + 40 :], body, "40 bytes in the middle were changed")


def _cut(body: bytes) -> bytes:
    """The last line ends after its tenth byte, the one before it stays whole."""
    # A file without rows is cut in its header: rfind says -1 where there is no other line.
    return body[: body[:-1].rfind(b"\n") + 11]


def _columns(fault: str, dataset: Dataset, body: bytes) -> DamagedBytes:
    rows = list(csv.reader(io.StringIO(body.decode(), newline="")))
    if fault == "renamed_column":
        old, new = _RENAMED[dataset.name]
        rows[0][rows[0].index(old)] = new
        how = f"“{old}” is called “{new}”"
    elif fault == "missing_column":
        gone = rows[0].index(_DROPPED[dataset.name])
        how = f"“{rows[0][gone]}” is absent"
        rows = [row[:gone] + row[gone + 1 :] for row in rows]
    elif fault == "reordered_columns":
        rows = [[*row[1:], row[0]] for row in rows]
        how = f"“{rows[0][-1]}” stands last"
    else:
        rows = [[*row, EXTRA_COLUMN if number == 0 else ""] for number, row in enumerate(rows)]
        how = f"“{EXTRA_COLUMN}” is new"
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return _same(text.getvalue().encode(), how)
