"""Entities, tags and line breaks in what publishers write: one rule for every platform. Used by `picking`, `html_table`
and `making`.

Entities are decoded before anything else. A pattern sees the text as it is written, tags and `<br>` in their places,
and where it does not match, the text without them. What is kept has no tags: each is a blank, as a line break is.
"""

from __future__ import annotations

import re
from html import unescape

LINE_BREAK = "<br>"  # how patterns see a line break of a table's cell
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)


def decoded(text: str) -> str:
    """A text with its entities decoded; those that do not end with a semicolon are none (`5TH&REGAL`)."""
    return _ENTITY.sub(lambda found: unescape(found[0]), text) if "&" in text else text


def without_tags(text: str) -> str:
    """A text with a blank in the place of each tag."""
    return _TAG.sub(" ", text) if "<" in text else text
