"""House numbers masked to their hundred block: 3217 is 32XX, 45 is XX. Used by `making` where an agency's file asks for
it.

What may be a house is masked wherever it stands: before a street, after a comma or a bracket, in front of the other
street of a crossing; flats too. Streets that are numbers (`52ND ST`) and freeways (`I-635`, `SH 114`) are left.
"""

from __future__ import annotations

import re

# A number with what belongs to it: `3217`, `3217A`, `32XX` as some publishers write it themselves.
_NUMBER = r"\d+X*(?:-?[A-Za-z](?![A-Za-z0-9]))?"
_DIGITS = re.compile(r"\d+X*")
_ANY_NUMBER = re.compile(_NUMBER)
_FRACTION = re.compile(r"(\d)(?:\s+|-)[1-9]/[1-9](?=\s|$)")
# One number or a range of two, before a street.
_HOUSES = rf"{_NUMBER}(?:\s*(?:-|TO|THRU)\s*{_NUMBER})?"
_BEFORE_STREET = re.compile(
    rf"((?:^|[,;:(\[]|\b(?:AT|OF|NEAR|FRONT|BY|BEHIND|OPPOSITE|OPP|BLK|BLOCK)\b)\s*)({_HOUSES})(?=\s+\S|\s*[,;)\]]|\s*$)",
    re.IGNORECASE,
)
# At a crossing a short number is rather a street.
_AFTER_CROSSING = re.compile(r"([/&@\\|+]\s*)(\d{3,}X*[A-Za-z]?)(?=\s+\S)")
_FLAT = re.compile(
    r"(#\s*|\b(?:APT|APARTMENT|UNIT|STE|SUITE|LOT|RM|ROOM|BLDG|FL|FLOOR)\b\.?\s*#?\s*)([A-Z]?-?\d+[A-Z]?)\b", re.I
)


def masked_block(text: str) -> str:
    """Every number of a block's own column."""
    return _ANY_NUMBER.sub(lambda found: _masked(found[0]), text)


def masked_location(text: str) -> str:
    """The house numbers and flats of a location."""
    text = _FRACTION.sub(r"\1", text)
    text = _FLAT.sub(lambda found: f"{found[1]}XX", text)
    for pattern in (_BEFORE_STREET, _AFTER_CROSSING):
        text = pattern.sub(lambda found: found[1] + masked_block(found[2]), text)
    return text


def _masked(number: str) -> str:
    digits = _DIGITS.match(number)
    return f"{digits[0][:-2]}XX" if digits else number
