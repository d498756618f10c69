"""The catalogue of sentences: every message is used, every name that is used is there, with the values it needs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bluelamp import messages
from bluelamp.messages import Message, catalogue, joined, listed, say, span

SOURCE = Path(messages.__file__).parents[1]


@dataclass(frozen=True)
class Use:
    """A place in the program that says a message; `names` matches the names that it can say."""

    place: str
    names: re.Pattern[str]
    values: frozenset[str]

    def messages(self) -> list[Message]:
        return [message for name, message in catalogue().items() if self.names.fullmatch(name)]


def uses() -> Iterator[Use]:
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if not (path == Path(messages.__file__) or takes_say(tree)):
            continue  # what is named so there is a way to print
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                place = f"{path.relative_to(SOURCE)}:{node.lineno}"
                (name,) = node.args
                assert all(keyword.arg for keyword in node.keywords), f"{place}: values are named where they are given"
                values = frozenset(str(keyword.arg) for keyword in node.keywords)
                yield Use(place, re.compile(names_in(name, place)), values)


def takes_say(tree: ast.Module) -> bool:
    """Whether a file takes `say` from the catalogue's room; inside functions as well."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return any(node.module == "bluelamp.messages" and any(its.name == "say" for its in node.names) for node in imports)


def names_in(name: ast.expr, place: str) -> str:
    """The pattern of a name that stands as it is, or is put together of parts none of which has a full stop."""
    if isinstance(name, ast.Constant):
        return re.escape(str(name.value))
    assert isinstance(name, ast.JoinedStr), f"{place}: the name of a message is a text, or put together in one"
    return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[^.]+" for part in name.values)


USES = list(uses())


def texts(message: Message) -> list[str]:
    return [message] if isinstance(message, str) else list(message.values())


def needs(message: Message) -> set[str]:
    """The values that a message cannot be said without."""
    named = {value for text in texts(message) for value in re.findall(r"\{(\w+)\}", text)}
    return named if isinstance(message, str) else named | {"count"}


@pytest.mark.parametrize("use", USES, ids=lambda use: use.place)
def test_what_is_said_is_in_the_catalogue_with_the_values_it_needs(use: Use) -> None:
    said = use.messages()
    assert said, f"no message is named {use.names.pattern}"
    needed = [needs(message) for message in said]
    # A message of several that one place says need not use all of its values; a value that none uses is a slip.
    assert set().union(*needed) == use.values


def test_every_message_is_used() -> None:
    assert [name for name in catalogue() if not any(use.names.fullmatch(name) for use in USES)] == []


@pytest.mark.parametrize("name", catalogue())
def test_a_message_has_plain_values_and_both_forms_of_number(name: str) -> None:
    message = catalogue()[name]
    for text in texts(message):
        assert text
        assert not set("{}") & set(re.sub(r"\{[a-z_]+\}", "", text)), "a value is a word in braces, and no format"
    if not isinstance(message, str):
        assert set(message) == {"one", "other"}
        assert needs(message["one"]) <= needs(message["other"])
        assert message["one"] != message["other"]


def test_the_number_decides_the_form_and_is_written_as_in_english() -> None:
    days = [say("calls.coverage.days", count=count) for count in (0, 1, 2, 1204)]
    assert days == ["0 days", "1 day", "2 days", "1,204 days"]


def test_what_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="no such message"):
        say("no such message")
    with pytest.raises(KeyError, match="first"):
        say("span", last="May")


def test_a_value_with_braces_stays_as_it_is() -> None:
    assert span("{last}", "{0}") == "{last} to {0}"


def test_lists() -> None:
    names = ["A", "B", "C"]
    assert [span("A", "A"), span("A", "B")] == ["A", "A to B"]
    assert [joined(names[:count]) for count in range(4)] == ["", "A", "A and B", "A, B and C"]
    assert [listed(names), listed(names, most=3), listed(names, most=1)] == ["A, B, C", "A, B, C", "A and 2 more"]
    assert listed(names, between="; ") == "A; B; C"
