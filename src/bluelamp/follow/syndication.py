"""The calls of a feed for programs that people read news with: Atom (RFC 4287) and JSON Feed 1.1. Used by
`web.follow`.

An entry keeps its id for ever, under whatever name the site is reached, so that nothing is shown twice as new.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from bluelamp.domain.call import Between, Call
from bluelamp.domain.page import path_to
from bluelamp.follow.entry_words import summary_of, title_of

FollowForm = Literal["atom", "json"]
MEDIA_TYPES: Mapping[str, str] = {"atom": "application/atom+xml", "json": "application/feed+json"}
_ATOM = "http://www.w3.org/2005/Atom"
# What no XML may hold, however it is escaped; and halves of characters, which are no text at all.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# The authority of tag URIs (RFC 4151): the program, and the year from which it gives them.
_TAG = "tag:bluelamp,2026:"


@dataclass(frozen=True, slots=True)
class Followed:
    """What is shown: `site` is the address that links begin with, `query` the filter, `address` that of this very
    document, `updated` what it says of itself where it has no entry."""

    feed: str
    title: str
    zone: ZoneInfo
    attribution: str
    licence: str
    site: str
    query: str
    address: str
    updated: str

    @property
    def id(self) -> str:
        return f"{_TAG}{self.feed}/calls" + (f"?{self.query}" if self.query else "")

    @property
    def page(self) -> str:
        return self.site + path_to("live", feed=self.feed) + (f"?{self.query}" if self.query else "")

    @property
    def rights(self) -> str:
        return ". ".join(part.rstrip(".") for part in (self.attribution, self.licence) if part)

    def page_of(self, call: Call) -> str:
        return self.site + path_to("live", feed=self.feed, call=call["id"])

    def id_of(self, call: Call) -> str:
        return f"{_TAG}{self.feed}/calls/{quote(call['id'], safe='')}"


def written(about: Followed, calls: Sequence[Call], changed: Mapping[str, str], form: FollowForm) -> bytes:
    """The document. `calls` come newest first; `changed` says when each last changed, where that is known."""
    told = [(call, published_of(call), updated_of(call, changed)) for call in calls]
    return (_as_atom if form == "atom" else _as_json)(about, told)


def published_of(call: Call) -> str:
    """The moment that it was first listed."""
    return call["opened_between"][1] or ""


def updated_of(call: Call, changed: Mapping[str, str]) -> str:
    """The moment of its last change; the newest that it speaks of itself, where its changes are not kept any more."""
    if call["id"] in changed:
        return changed[call["id"]]
    units = [*call["units"], *call["former_units"]]
    spans: list[Between | None] = [call["opened_between"], call["closed_between"]]
    for unit in units:
        spans += unit["joined_between"], unit["left_between"]
    return max(span[1] or "" for span in spans if span)


_Entries = Sequence[tuple[Call, str, str]]


def _as_atom(about: Followed, entries: _Entries) -> bytes:
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    _text(root, "title", f"{about.title}: calls for service")
    _text(root, "id", about.id)
    _text(root, "updated", max((updated for _, _, updated in entries), default=about.updated))
    _link(root, "self", about.address, MEDIA_TYPES["atom"])
    _link(root, "alternate", about.page, "text/html")
    author = ET.SubElement(root, "author")
    _text(author, "name", about.attribution or about.title)
    if about.rights:
        _text(root, "rights", about.rights)
    generator = ET.SubElement(root, "generator")
    generator.text = "Bluelamp"
    for call, published, updated in entries:
        entry = ET.SubElement(root, "entry")
        _text(entry, "title", title_of(call))
        _text(entry, "id", about.id_of(call))
        _link(entry, "alternate", about.page_of(call), "text/html")
        _text(entry, "published", published)
        _text(entry, "updated", updated)
        _text(entry, "summary", summary_of(call, about.zone))
        if call["nature"]:
            ET.SubElement(entry, "category", {"term": clean(call["nature"])})
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode").encode()


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = clean(text)


def _link(parent: ET.Element, relation: str, address: str, media_type: str) -> None:
    ET.SubElement(parent, "link", {"rel": relation, "type": media_type, "href": clean(address)})


def clean(text: str) -> str:
    """The text without characters that XML has no way to write."""
    return _FORBIDDEN.sub("", text)


def _as_json(about: Followed, entries: _Entries) -> bytes:
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{about.title}: calls for service",
        "home_page_url": about.page,
        "feed_url": about.address,
        "description": about.rights,
        "language": "en",
        "authors": [{"name": about.attribution or about.title}],
        "items": [_item(about, *one) for one in entries],
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _item(about: Followed, call: Call, published: str, updated: str) -> dict[str, Any]:
    return {
        "id": about.id_of(call),
        "url": about.page_of(call),
        "title": clean(title_of(call)),
        "content_text": clean(summary_of(call, about.zone)),
        "date_published": published,
        "date_modified": updated,
        "tags": [clean(call["nature"])] if call["nature"] else [],
    }
