"""House numbers masked to their hundred block: 3217 is 32XX, 45 is XX. Used by `making` where an agency's file asks for
it, and by whatever tells a location again.

It fails closed. Every number is masked, wherever it stands and in whatever language, unless it is known to name a
street or a route (`masking_known`): a street that loses its number can still be read, a house that keeps it cannot be
hidden again. Flats go whole, and so does what tells a point in words (`coordinates`).
"""

from __future__ import annotations

import re
import unicodedata

from bluelamp.domain.location_words import ENDINGS, TYPES
from bluelamp.sources.feeds.coordinates import without_coordinates
from bluelamp.sources.feeds.masking_known import end_of_known

HIDDEN = "XX"  # what stands for a number of which nothing is told
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*X*", re.IGNORECASE)
_WHOLE = re.compile(r"\d+X*", re.IGNORECASE)
_FRACTION = re.compile(r"(\d)(?:\s+|-)[1-9]/[1-9](?=\s|$)")
# A longer number is no house: a telephone, a position in metres. Nothing of it is shown.
_LONGEST = 5
# A longer text is no location: no number of it is known to name anything.
_LONGEST_TEXT = 1_000
_ANY_DIGITS = re.compile(r"\d+")
# Rooms and flats, as they are written where feeds of calls are published, and in some more countries.
_FLAT_WORDS = (
    r"APT|APARTMENT|UNIT|STE|SUITE|LOT|RM|ROOM|BLDG|BUILDING|FL|FLR|FLOOR|FLAT|TRLR|TRAILER|SPC|SPACE|PH|TOWER|HOUSE"
    r"|DOOR|GATE|WHG|WOHNUNG|HAUS|LGH|LEJL|APPT|APTO|DPTO|PISO|PTA|PUERTA|ESC|ESCALERA|BAT|BÂT|BÂTIMENT|SCALA|INT"
    r"|INTERNO|BUS|LOKAL|BYT"
)
_FLAT = re.compile(rf"(#\s*|\b(?:{_FLAT_WORDS})\b\.?\s*#?\s*)([A-Z]{{0,2}}-?\d+[A-Z]?|[A-Z])\b(?!\.\w)", re.IGNORECASE)
_NEXT_WORD = re.compile(r"[\s.]*(\d*[^\W\d_]+)")
# A letter that belongs to the number before it: `3217A`, `3217-B`, `12/C`, `12 b`.
_GLUED_LETTER = re.compile(r"(?:-|/)?[A-Z](?![^\W_])", re.IGNORECASE)
_LETTER = re.compile(r"[ºª°]?\s+([A-Z])(?![^\W_])", re.IGNORECASE)
_STREET_WORDS = frozenset({*TYPES, *ENDINGS})


def masked_block(text: str) -> str:
    """Every number of a block's own column."""
    return _masked_numbers(_decimal(text), knows=False)


def masked_location(text: str) -> str:
    """A location without house numbers, flats and coordinates."""
    if len(text) > _LONGEST_TEXT:
        return _ANY_DIGITS.sub(HIDDEN, text)
    text = without_coordinates(_decimal(text), HIDDEN)
    text = _FRACTION.sub(r"\1", text)
    text = _FLAT.sub(_hidden_flat, text)
    return _masked_numbers(text, knows=True)


def _decimal(text: str) -> str:
    """Without signs that are numbers and no digits, such as ½ and ⑫."""
    if text.isascii():
        return text
    return "".join(one for one in text if unicodedata.category(one) not in ("No", "Nl"))


def _hidden_flat(found: re.Match[str]) -> str:
    # `UNIT A ST` is a street.
    street = found[2].isalpha() and _next_word(found.string, found.end()) in _STREET_WORDS
    return found[0] if street else found[1] + HIDDEN


def _masked_numbers(text: str, *, knows: bool) -> str:
    told, at = [], 0
    while number := _NUMBER.search(text, at):
        told.append(text[at : number.start()])
        at = end_of_known(text, number) if knows else 0
        if at:
            told.append(text[number.start() : at])
        else:
            told.append(_masked(number[0]))
            at = _after_letter(text, number.end())
    return "".join([*told, text[at:]])


def _masked(number: str) -> str:
    digits = _WHOLE.match(number)
    assert digits is not None
    if len(digits[0]) > _LONGEST or len(number) > len(digits[0]):
        return HIDDEN
    return f"{digits[0][:-2]}{HIDDEN}"


def _after_letter(text: str, at: int) -> int:
    """Where the text goes on behind a number and the letter that belongs to it. A letter before the name of a street is
    a direction (`3217 N ELM`), initials (`3217 L B J`) or the street itself (`3217 K ST`)."""
    if glued := _GLUED_LETTER.match(text, at):
        return glued.end()
    letter = _LETTER.match(text, at)
    if letter is None:
        return at
    word = _next_word(text, letter.end())
    names = word in _STREET_WORDS or len(word) == 1 or (bool(word) and letter[1].upper() in "NSEW")
    return at if names else letter.end()


def _next_word(text: str, at: int) -> str:
    found = _NEXT_WORD.match(text, at)
    return found[1].upper() if found else ""
