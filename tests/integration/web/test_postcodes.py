"""Postcodes by a configured look-up, on the loopback address: one that is slow, wrong or absent costs nobody a page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bluelamp.settings import Settings, read_settings
from bluelamp.web.postcodes import look_up
from tests.lib.loopback import Loopback, Reply

_JSON = {"Content-Type": "application/json"}


@pytest.fixture
def register() -> Iterator[Loopback]:
    server = Loopback()
    yield server
    server.close()


def settings(url: str, *, private: bool = True) -> Settings:
    return read_settings({"postcode_url": url, "allow_private_addresses": private}, {})[0]


@pytest.mark.parametrize(
    "body", [b'{"result": {"longitude": -0.1, "latitude": 51.5}}', b'{"longitude": -0.1, "latitude": 51.5}']
)
def test_a_postcode_leads_to_its_place(register: Loopback, body: bytes) -> None:
    register.reply("/postcodes/SW1A%201AA", Reply(200, body, _JSON))
    found = look_up(settings(f"{register.url}/postcodes/{{postcode}}"), " sw1a 1aa ")
    assert found == {"postcode": "SW1A 1AA", "lon": -0.1, "lat": 51.5, "path": "/crime?map=51.5000,-0.1000,14"}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404, b"{}", _JSON),
        Reply(500, b"oops"),
        Reply(200, b"<html>", {"Content-Type": "text/html"}),
        Reply(200, b'{"result": null}', _JSON),
        Reply(200, b'{"result": {"longitude": "x", "latitude": 1}}', _JSON),
        Reply(200, b'{"longitude": 151.2, "latitude": -33.9}', _JSON),
        Reply(200, b"x" * 200_000, _JSON),
    ],
    ids=["absent", "failing", "html", "null", "words", "elsewhere", "huge"],
)
def test_what_is_no_place_is_none(register: Loopback, reply: Reply) -> None:
    register.reply("/postcodes/SW1A%201AA", reply)
    assert look_up(settings(f"{register.url}/postcodes/{{postcode}}"), "SW1A 1AA") is None


def test_other_words_and_no_look_up_ask_nobody(register: Loopback) -> None:
    assert look_up(settings(f"{register.url}/postcodes/{{postcode}}"), "../../etc/passwd") is None
    assert look_up(settings(""), "SW1A 1AA") is None
    assert register.log == []


def test_a_private_address_is_never_reached_unless_it_is_allowed(register: Loopback) -> None:
    assert look_up(settings(f"{register.url}/postcodes/{{postcode}}", private=False), "SW1A 1AA") is None
    assert register.log == []
