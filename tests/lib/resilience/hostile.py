"""The table of hostile and odd archives: what each is, byte for byte, and what must become of it."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bluelamp.domain.dataset import CRIMES, OUTCOMES, STOPS
from tests.lib.archive.zip_forge import Entry, deflate, forge, zip64_extra

DONE, FAILED, PART = 0, 1, 3
LOADED, QUARANTINED = "loaded", "quarantined"

CRIME_HEADER = ",".join(CRIMES.columns).encode() + b"\n"
STOP_HEADER = ",".join(STOPS.columns).encode() + b"\n"
OUTCOME_HEADER = ",".join(OUTCOMES.columns).encode() + b"\n"


def crime(number: int, month: str = "2024-01", force: str = "Surrey Police", **cells: str) -> list[str]:
    """One sound row; `cells` replaces columns by name with _ for a blank."""
    row = dict(
        zip(
            CRIMES.columns,
            [
                sha256(f"{force}{month}{number}".encode()).hexdigest(), month, force, force, f"-0.{500000 + number}",
                f"51.{240000 + number}", "On or near High Street", "E01030000", "Guildford 001A", "Burglary",
                "Under investigation", "",
            ],
            strict=True,
        )
    )  # fmt: skip
    row |= {name.replace("_", " "): value for name, value in cells.items()}
    return [row[name] for name in CRIMES.columns]


def lines(*rows: list[str], end: bytes = b"\n") -> bytes:
    return b"".join(",".join(row).encode() + end for row in rows)


def street(rows: int = 5, month: str = "2024-01", force: str = "Surrey Police") -> bytes:
    """A sound street file."""
    return CRIME_HEADER + lines(*(crime(number, month, force) for number in range(rows)))


def stops(rows: int = 3, month: str = "2024-01") -> bytes:
    row = (
        "Person search,{}-15T{:02d}:30:00+00:00,False,,51.24,-0.57,Male,18-24,,White,"
        "Misuse of Drugs Act 1971 (section 23),Controlled drugs,Arrest,True,False\n"
    )
    return STOP_HEADER + b"".join(row.format(month, hour % 24).encode() for hour in range(rows))


GOOD = "2024-01/2024-01-surrey-street.csv"
SOUND = Entry("2024-01/2024-01-sussex-street.csv", street(4, force="Sussex Police"))


@dataclass(frozen=True)
class Case:
    """An archive, the exit code, what standard error must contain, and the verdict on surrey's street crime.

    `verdict` is (state, rows loaded, rows rejected) or (state, part of the reason); None where nothing is listed.
    """

    name: str
    make: bytes | Callable[[Path], None]
    code: int
    words: str
    verdict: tuple[str, int, int] | tuple[str, str] | None = None
    file_name: str = "2024-03.zip"
    sound_loads: bool = False  # the archive also holds SOUND, which must load

    def write(self, folder: Path) -> Path:
        path = folder / self.file_name
        if callable(self.make):
            self.make(path)
        else:
            path.write_bytes(self.make)
        return path


def _one(data: bytes, **fields: object) -> bytes:
    return forge(Entry(GOOD, data, **fields))  # type: ignore[arg-type]


def _beside(data: bytes = b"", **fields: object) -> bytes:
    """The odd member beside a sound one."""
    fields.setdefault("name", GOOD)
    return forge(Entry(data=data, **fields), SOUND)  # type: ignore[arg-type]


def _quarantined(name: str, make: bytes | Callable[[Path], None], reason: str, **more: object) -> Case:
    return Case(name, make, PART, "quarantined", (QUARANTINED, reason), sound_loads=True, **more)  # type: ignore[arg-type]


def _loads(name: str, data: bytes, rows: int, rejected: int = 0, words: str = "") -> Case:
    """In files as small as these, one refused row is more than a few: it is told, and the load ends with 3."""
    return Case(name, _one(data), PART if rejected else DONE, words, (LOADED, rows, rejected))


def _broken_data() -> bytes:
    data = bytearray(deflate(street()))
    data[len(data) // 2] ^= 0x55
    return bytes(data)


def _nested() -> bytes:
    inner = forge(Entry(GOOD, street()))
    return forge(Entry("inner.zip", inner))


def _overlapping(count: int = 40) -> bytes:
    """Every entry points at the same packed bytes, as David Fifield's bomb does."""
    body = street(20_000)
    raw = deflate(body)
    months = [f"20{10 + number // 12}-{number % 12 + 1:02d}" for number in range(count)]
    return forge(
        Entry(GOOD, body, packed=raw),
        *(
            Entry(f"{m}/{m}-surrey-street.csv", body, packed=b"", packed_size=len(raw), offset=0, hidden=False)
            for m in months
        ),
    )


def _quine_like() -> bytes:
    """A member that claims to reach into the directory, itself included."""
    return forge(Entry(GOOD, street(), packed_size=10_000_000, size=10_000_000, crc=0, method=0), SOUND)


def _many(count: int) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        forged = forge(
            Entry(GOOD, street()), *(Entry(f"x/{number}.txt", b"", method=0, packed=b"") for number in range(count)),
            zip64=True,
        )  # fmt: skip
        path.write_bytes(forged)

    return write


def _rewrite(old: bytes, new: bytes, data: bytes = b"") -> bytes:
    data = data or street()
    assert old in data
    return data.replace(old, new)


def _reordered() -> bytes:
    rows = [list(CRIMES.columns), *(crime(number) for number in range(5))]
    return lines(*(row[::-1] for row in rows))


def _with_column(name: str, cell: str, at: int = 12) -> bytes:
    rows = [list(CRIMES.columns), *(crime(number) for number in range(5))]
    for number, row in enumerate(rows):
        row.insert(at, name if number == 0 else cell)
    return lines(*rows)


def _without_column(at: int) -> bytes:
    rows = [list(CRIMES.columns), *(crime(number) for number in range(5))]
    return lines(*(row[:at] + row[at + 1 :] for row in rows))


def _folder_named_zip(path: Path) -> None:
    member = path / GOOD
    member.parent.mkdir(parents=True)
    member.write_bytes(street())


def _folder_with_link(path: Path) -> None:
    _folder_named_zip(path)
    secret = path.parent / "secret.csv"
    secret.write_bytes(street(9, force="Sussex Police"))
    (path / "2024-01/2024-01-sussex-street.csv").symlink_to(secret)


def _sparse_zip(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(300_000_000)


def _unsound_utf16(bom: bytes) -> bytes:
    return bom + street().decode().encode("utf-16-le" if bom != b"\xfe\xff" else "utf-16-be")


def _split() -> bytes:
    return forge(Entry(GOOD, street()), disk=1)


_BOMB = b"\0" * 60_000_000
_RLO = "\u202e"
_BIG_LINE = crime(1, Location="x" * 50_000_000)

CASES: list[Case] = [
    # -- not a zip ------------------------------------------------------------------------------------------
    Case("jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 900, FAILED, "JPEG"),
    Case("gzip", gzip.compress(street()), FAILED, "gzip"),
    Case("html", b"<!doctype html><html>Not found</html>", FAILED, "web page"),
    Case("empty", b"", FAILED, "empty"),
    Case("text", b"nothing to see here\n" * 50, FAILED, "no zip directory"),
    Case("sparse zeros", _sparse_zip, FAILED, "no zip directory"),
    Case("cut", forge(Entry(GOOD, street()), SOUND)[:-100], FAILED, "no zip directory"),
    Case("directory cut out", forge(Entry(GOOD, street()), SOUND)[:400] + forge(SOUND)[-22:], FAILED, "director"),
    Case("middle lost", forge(Entry(GOOD, street(500)), SOUND)[3000:], FAILED, "shorter"),
    Case("split", _split(), FAILED, "split"),
    Case("no member", forge(), FAILED, "holds no file"),
    Case("two endings", forge(Entry(GOOD, street()), comment=forge(SOUND)), FAILED, "two different archives"),
    Case("nested zip", _nested(), FAILED, "holds no file"),
    Case("not there", lambda path: None, FAILED, "no file or folder"),
    Case("a pipe", os.mkfifo, FAILED, "neither a file nor a folder"),
    Case("folder named zip", _folder_named_zip, DONE, "", (LOADED, 5, 0)),
    Case("folder with a link", _folder_with_link, PART, "quarantined", (LOADED, 5, 0)),
    # -- members that lie -----------------------------------------------------------------------------------
    _quarantined("damaged member", _beside(street(), packed=_broken_data()), "unpack|damaged|checksum|early"),
    _quarantined("wrong checksum", _beside(street(), crc=1), "checksum"),
    _quarantined("encrypted", _beside(street(), flags=0x801), "encrypted"),
    _quarantined("bzip2", _beside(street(), method=12), "method 12"),
    _quarantined("lzma", _beside(street(), method=14), "method 14"),
    _quarantined("zstandard", _beside(street(), method=93), "method 93"),
    _quarantined("aes", _beside(street(), method=99), "method 99"),
    _quarantined("symbolic link", _beside(b"/etc/passwd", method=0, attributes=0o120777 << 16), "symbolic link"),
    _quarantined("bomb by ratio", _beside(_BOMB), "bomb"),
    _quarantined("states 5 GB", _beside(street(), size=5 << 30, extra=zip64_extra(5 << 30)), "bytes|directory|sizes"),
    _quarantined("states too little", _beside(street(), size=100, local_size=100), "more than"),
    _quarantined("other name inside", _beside(street(), local_name=GOOD.encode().replace(b"rr", b"ff")), "another"),
    _quarantined("other method inside", _beside(street(), local_method=0), "another packing"),
    _quarantined("header overwritten", _beside(street(), local_signature=b"XXXX"), "header"),
    _quarantined("reaches into the directory", _quine_like(), "directory|overlap"),
    Case("overlapping bomb", _overlapping(), PART, "quarantined", (QUARANTINED, "overlap")),
    _quarantined("climbing name", _beside(street(), name=f"../../../{GOOD}"), "climbs"),
    _quarantined("absolute name", _beside(street(), name="/etc/2024-01-surrey-street.csv"), "absolute"),
    _quarantined("drive letter", _beside(street(), name="C:/2024-01-surrey-street.csv"), "drive"),
    _quarantined("climbing backslashes", _beside(street(), name="..\\..\\2024-01-surrey-street.csv"), "climbs"),
    _quarantined("newline in a folder", _beside(street(), name="a\nb/2024-01-surrey-street.csv"), "control"),
    _quarantined("right-to-left", _beside(street(), name=f"{_RLO}x/2024-01-surrey-street.csv"), "control"),
    Case("NUL in the name", _beside(street(), name=b"2024-01-surrey-street.csv\0.exe"), DONE, "Left out",
         sound_loads=True),
    Case("backslashes", forge(Entry(GOOD.replace("/", "\\"), street())), DONE, "", (LOADED, 5, 0)),
    Case("deep folders", forge(Entry("a/b/c/d/" + GOOD, street())), DONE, "", (LOADED, 5, 0)),
    Case("litter of a Mac", forge(Entry(GOOD, street()), Entry(f"__MACOSX/2024-01/._{GOOD[8:]}", b"\0\5\26\7" * 9)),
         DONE, "", (LOADED, 5, 0)),
    Case("bytes before it", forge(Entry(GOOD, street()), before=b"#!/bin/sh\n"), DONE, "", (LOADED, 5, 0)),
    Case("with a comment", forge(Entry(GOOD, street()), comment=b"PK\5\6 hello"), DONE, "", (LOADED, 5, 0)),
    Case("zip64 though small", forge(Entry(GOOD, street()), zip64=True), DONE, "", (LOADED, 5, 0)),
    Case("stored", _one(street(), method=0), DONE, "", (LOADED, 5, 0)),
    Case("twice the same", forge(Entry(GOOD, street()), Entry(f"copy/{GOOD}", street())), DONE, "", (LOADED, 5, 0)),
    Case("twice, different", forge(Entry(GOOD, street()), Entry(f"copy/{GOOD}", street(6)), SOUND), PART, "quarantined",
         (QUARANTINED, "twice"), sound_loads=True),
    Case("100,000 members", _many(100_000), DONE, "Left out", (LOADED, 5, 0)),
    Case("300,000 stated", forge(Entry(GOOD, street()), count=300_000, zip64=True), FAILED, "members"),
    Case("month 13", forge(Entry("2020-13/2020-13-surrey-street.csv", street()), SOUND), DONE, "Left out",
         sound_loads=True),
    Case("unknown force", forge(Entry("2024-01/2024-01-surry-street.csv", street()), SOUND), PART, "surrey",
         sound_loads=True),
    Case("folder of another month", forge(Entry("2019-07/2024-01-surrey-street.csv", street())), DONE, "",
         (LOADED, 5, 0)),
    # -- files that are broken as files ---------------------------------------------------------------------
    _quarantined("renamed column", _beside(_rewrite(b"Longitude,", b"Lon,")), "Longitude"),
    _quarantined("missing column", _beside(_without_column(9)), "Crime type"),
    _quarantined("repeated column", _beside(_with_column("Month", "2024-01")), "twice"),
    _quarantined("no header", _beside(street()[len(CRIME_HEADER):]), "no header"),
    _quarantined("empty file", _beside(b"", method=0), "empty"),
    _quarantined("blanks only", _beside(b"\n\n  \n"), "blanks|empty"),
    _quarantined("cut in a row", _beside(street()[:-30]), "middle of a row"),
    _quarantined("cut in the header", _beside(CRIME_HEADER[:40]), "column|header"),
    _quarantined("UTF-16", _beside(_unsound_utf16(b"\xff\xfe")), "UTF-16"),
    _quarantined("UTF-16, big end first", _beside(_unsound_utf16(b"\xfe\xff")), "UTF-16"),
    _quarantined("UTF-16 without a mark", _beside(_unsound_utf16(b"")), "not text|UTF-16"),
    _quarantined("an image", _beside(bytes(range(256)) * 40), "not text|header"),
    _quarantined("other columns", _beside(b"a,b,c\n1,2,3\n"), "header"),
    _quarantined("stops under street", _beside(stops()), "header|column"),
    _quarantined("10,000 columns", _beside(",".join(f"c{n}" for n in range(10_000)).encode() + b"\n"), "header"),
    _quarantined("a line without end", _beside(b"x" * 50_000_000, method=0), "header|too long"),
    # -- odd, but sound -------------------------------------------------------------------------------------
    _loads("CRLF", street().replace(b"\n", b"\r\n"), 5),
    _loads("bare CR", street().replace(b"\n", b"\r"), 5),
    _loads("byte order mark", b"\xef\xbb\xbf" + street(), 5),
    _loads("header only", CRIME_HEADER, 0),
    _loads("header with blanks", CRIME_HEADER.replace(b",", b" , ") + street()[len(CRIME_HEADER):], 5),
    _loads("quoted header", _rewrite(CRIME_HEADER, b'"' + CRIME_HEADER.strip().replace(b",", b'","') + b'"\n'), 5),
    _loads("other order", _reordered(), 5),
    _loads("one column more", _with_column("Colour", "blue"), 5),
    _loads("10,000 columns more", _with_column(",".join(f"c{n}" for n in range(10_000)), "," * 9_999), 5),
    _loads("no last line end", street().rstrip(b"\n").rstrip(b",") + b",", 5),
    _loads("empty lines", street().replace(b"\n", b"\n\n"), 5),
    _loads("trailing empty lines", street() + b"\n\n\n", 5),
    _loads("quoted newline", street() + lines(crime(9, Location='"On or near\nHigh Street"')), 6),
    _loads("quotes inside", street() + lines(crime(9, Location='"On or near ""The Bell"""')), 6),
    _loads("Latin-1", street() + ",".join(crime(9, Location="Clôs")).encode("latin-1") + b"\n", 6),
    _loads("UTF-8", street() + lines(crime(9, Location="Clôs Hanratté")), 6),
    _loads("a NUL in a cell", street() + lines(crime(9, Location="a\0b")), 5, 1),
    _loads("unclosed quote", street() + lines(crime(9, Location='"On or near'), crime(10)), 6, 1),
    _loads("a field too few", street() + lines(crime(9)[:-1]), 5, 1),
    _loads("a field too many", street() + lines([*crime(9), "x"]), 5, 1),
    # A crime whose place cannot be read is still a crime.
    _loads("latitude abc", street() + lines(crime(9, Latitude="abc")), 6),
    _loads("longitude nan", street() + lines(crime(9, Longitude="nan")), 6),
    _loads("latitude 1e400", street() + lines(crime(9, Latitude="1e400")), 6),
    _loads("latitude 91", street() + lines(crime(9, Latitude="91.0")), 6),
    _loads("a padded number beside a word", street() + lines(crime(8, Latitude=" 51.2 "), crime(9, Latitude="abc")), 7),
    _loads("semicolons", street().replace(b",", b";"), 5),
    _loads("tabs", street().replace(b",", b"\t"), 5),
    _loads("headers in small letters", CRIME_HEADER.lower() + street()[len(CRIME_HEADER):], 5),
    _loads("headers of a database", CRIME_HEADER.lower().replace(b" ", b"_") + street()[len(CRIME_HEADER):], 5),
    _loads("half of it bad", street(5) + lines(*(crime(n, Month="soon") for n in range(9, 14))), 5, 5, "5 of 10 rows"),
    _loads("month 2020-13 in a row", street() + lines(crime(9, Month="2020-13")), 5, 1),
    _loads("Arabic digits", street() + lines(crime(9, Month="٢٠٢٤-٠١")), 5, 1),
    _loads("short ID", street() + lines(["abc", *crime(9)[1:]]), 5, 1),
    _loads("formulas", street() + lines(crime(9, Crime_type="=cmd|' /C calc'!A0"), crime(10, Location="@SUM(1)")), 7),
    _loads("scripts", street() + lines(crime(9, Crime_type="<script>alert(1)</script>")), 6),
    Case("a cell of 50 MB", _one(street() + lines(_BIG_LINE), method=0), PART, "", (LOADED, 5, 1)),
    _quarantined("most of it bad", _beside(street(1) + lines(*(crime(n, Month="soon") for n in range(3)))), "3 of 4"),
    _quarantined("only bad rows", _beside(CRIME_HEADER + lines(*(crime(n, Month="soon") for n in range(5)))), "no row"),
]  # fmt: skip


FILES: list[Case] = [
    Case("a file alone", street(), DONE, "", (LOADED, 5, 0), file_name="2024-01-surrey-street.csv"),
    Case("a file of other columns", b"a,b\n1,2\n", PART, "quarantined", (QUARANTINED, "header"),
         file_name="2024-01-surrey-street.csv"),
    Case("a file of another name", street(), FAILED, "--as FORCE", file_name="crimes.csv"),
    Case("a file in capitals", street(), DONE, "Read as", (LOADED, 5, 0), file_name="2024-01-Surrey-STREET.CSV"),
    Case("a second download", street(), DONE, "Read as", (LOADED, 5, 0), file_name="2024-01-surrey-street (1).csv"),
    Case("a packed file", gzip.compress(street()), DONE, "Read as", (LOADED, 5, 0),
         file_name="2024-01-surrey-street.csv.gz"),
    Case("a packed bomb", gzip.compress(b"\0" * 90_000_000), PART, "quarantined", (QUARANTINED, "bomb"),
         file_name="2024-01-surrey-street.csv.gz"),
    Case("a packed file cut short", gzip.compress(street())[:-20], PART, "quarantined", (QUARANTINED, "gzip"),
         file_name="2024-01-surrey-street.csv.gz"),
    Case("JSON named csv", b'[{"a": 1}]', PART, "quarantined", (QUARANTINED, "JSON"),
         file_name="2024-01-surrey-street.csv"),
    Case("JSON of another program", b'{"a": 1}', FAILED, "no answer of the API", file_name="2024-01.json"),
    Case("a zip named csv", forge(SOUND), PART, "quarantined", (QUARANTINED, "zip"),
         file_name="2024-01-surrey-street.csv"),
]  # fmt: skip
