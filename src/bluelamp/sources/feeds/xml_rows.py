"""XML, KML included: repeated elements as rows. Used by `reading`, and by `rss` for what it has in common.

Namespaces are left out of names. A document type, and with it every entity, is refused before anything is read: no
feed needs one, and it is how a small file becomes a huge one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from bluelamp.errors import SourceError
from bluelamp.sources.feeds.part import Part
from bluelamp.sources.feeds.text import decode
from bluelamp.sources.http import shown_url

if TYPE_CHECKING:
    from bluelamp.sources.feeds.agency import Agency

_DEEPEST = 60
_FORM = "Its form may have changed: see it with a browser."


@dataclass(slots=True)
class Element:
    """An element without its namespace: its text is all that stands directly in it."""

    name: str
    attributes: dict[str, str]
    below: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts).strip()


class _RefusedError(Exception):
    """Something that no feed needs and that does harm."""


class _Builder:
    """Builds the tree as the parser goes on."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        plain = {_local(key): value for key, value in attributes.items()}
        element = Element(_local(name), plain)
        if self._open:
            self._open[-1].below.append(element)
        else:
            self.root = element
        self._open.append(element)
        if len(self._open) > _DEEPEST:
            raise _RefusedError("is nested too deep")

    def end(self, name: str) -> None:
        del name
        self._open.pop()

    def text(self, data: str) -> None:
        if self._open:
            self._open[-1].texts.append(data)

    def doctype(self, *_: object) -> None:
        raise _RefusedError("declares a document type, which no feed needs and which is not read")


def parse(part: Part) -> Element:
    """The root of an XML answer. Raises SourceError in a sentence."""
    text = decode(part.body, part.headers, part.url)
    where = shown_url(part.url)
    if not text.strip():
        raise SourceError(f"{where} gives an empty answer where XML should be.", "See it with a browser.")
    builder = _Builder()
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.EntityDeclHandler = builder.doctype
    try:
        parser.Parse(text.lstrip().encode("utf-8", "replace"), True)
    except _RefusedError as error:
        if _is_page(text):
            raise _page(where) from None
        raise SourceError(f"{where} {error}.", _FORM) from None
    except expat.ExpatError as error:
        if _is_page(text):
            raise _page(where) from None
        said = expat.errors.messages.get(error.code, "no XML")
        raise SourceError(f"{where} gives XML that cannot be read (line {error.lineno}: {said}).", _FORM) from None
    assert builder.root is not None
    return builder.root


def rows(agency: Agency, parts: Sequence[Part]) -> list[Any]:
    """The elements at the agency's path as rows. Raises SourceError."""
    return [flat(one) for part in parts for one in elements_at(parse(part), agency.layout.path, part.url)]


def elements_at(root: Element, path: str, url: str) -> list[Element]:
    """The elements at a path such as `calls.call`, the root's name first and `**` for any number of elements between.
    None there is an empty list; what they should stand in must be there. Raises SourceError."""
    names = path.split(".") if path else []
    if len(names) < 2 or root.name != names[0]:
        raise SourceError(
            f"{shown_url(url)} gives XML of “{root.name}” where “{names[0] if names else path}” should be.", _FORM
        )
    found = [root]
    for name in names[1:-1]:
        found = (
            _within(found) if name == "**" else [below for one in found for below in one.below if below.name == name]
        )
        if not found:
            raise SourceError(f"{shown_url(url)} has no “{path}” where the rows should be.", _FORM)
    return [below for one in found for below in one.below if below.name == names[-1]]


def _within(elements: list[Element]) -> list[Element]:
    """The elements and all that stand in them."""
    found, waiting = [], list(reversed(elements))
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += reversed(one.below)
    return found


def flat(element: Element) -> dict[str, str]:
    """An element as a row: `@name` for attributes, `a.b` for what stands further in, `data.x` for KML's named data.
    What is repeated is joined with commas."""
    row: dict[str, str] = {}
    _flatten(element, "", row)
    return row


def _flatten(element: Element, prefix: str, row: dict[str, str]) -> None:
    for name, value in element.attributes.items():
        _put(row, f"{prefix}@{name}", value)
    for below in element.below:
        if below.name in ("Data", "SimpleData") and "name" in below.attributes:
            value = next((one.text for one in below.below if one.name == "value"), below.text)
            _put(row, f"data.{below.attributes['name']}", value)
            continue
        if below.text:
            _put(row, prefix + below.name, below.text)
        if below.below or below.attributes:
            _flatten(below, f"{prefix}{below.name}.", row)


def _put(row: dict[str, str], name: str, value: str) -> None:
    row[name] = f"{row[name]}, {value}" if name in row else value


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _is_page(text: str) -> bool:
    return text.lstrip()[:200].lower().startswith(("<!doctype html", "<html"))


def _page(where: str) -> SourceError:
    return SourceError(f"{where} gives a web page where XML should be.", "It may be down for maintenance.")
