"""From bytes to text, by byte order mark, then as UTF-8, then as the answer itself states. Used by the platforms."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bluelamp.errors import SourceError
from bluelamp.sources.http import shown_url

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# Older encodings that publishers state; others are refused rather than guessed.
_STATED = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "windows-1252": "cp1252"}
_CHARSET = re.compile(r"charset=[\"']?([\w-]+)", re.IGNORECASE)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,100}encoding=[\"']([\w-]+)[\"']")


def decode(body: bytes, headers: Mapping[str, str], url: str) -> str:
    """The text of an answer. Raises SourceError where it is none."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], encoding, url)
    if len(body) >= 2 and b"\x00" in body[:2]:
        # Text of the first 128 characters in two bytes each, without a mark.
        return _decoded(body, "utf-16-le" if body[1] == 0 else "utf-16-be", url)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        stated = _stated(body, headers)
        if stated is None:
            raise SourceError(
                f"{shown_url(url)} gives bytes that are no text: neither UTF-8 nor UTF-16.", "See it with a browser."
            ) from None
        return _decoded(body, stated, url)


def _decoded(body: bytes, encoding: str, url: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        raise SourceError(
            f"{shown_url(url)} gives bytes that are no text in {encoding.upper()}.", "See it with a browser."
        ) from None


def _stated(body: bytes, headers: Mapping[str, str]) -> str | None:
    header = _CHARSET.search(headers.get("content-type", ""))
    declared = _DECLARED.match(body[:200])
    name = header[1] if header else declared[1].decode("ascii") if declared else ""
    return _STATED.get(name.lower())
