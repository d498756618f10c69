"""The public is told in one of a few sentences what goes wrong: never a path, a host or a query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp import errors
from bluelamp.web import public_messages as words
from bluelamp.web.asgi.problems import problem_of
from bluelamp.web.public_messages import public_words

SENTENCES = {
    value for name, value in vars(words).items() if name.isupper() and not name.startswith("_") and name != "STATUS"
}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", ""),
        ("The disk is full: could not write to the vault (/srv/home/vault/x).", words.UNKEPT),
        ("Could not write to the vault (/srv/home/vault): Not a directory.", words.UNKEPT),
        ("No permission to write to the vault (/srv/home).", words.UNKEPT),
        (
            'The ledger cannot be used: connection to "db.internal" (10.0.0.3), port 5432 failed.',
            words.UNKEPT,
        ),
        ("The address of 127.0.0.1 is not a public one, and only public addresses are fetched.", words.REFUSED),
        ("https://secret.example/path took too long to answer.", words.SLOW),
        ("secret.example cannot be reached.", words.UNREACHABLE),
        ("The connection to secret.example was cut.", words.UNREACHABLE),
        ("https://secret.example/x gives JSON that is cut off.", words.CUT),
        ("https://secret.example/x gives a web page where JSON should be.", words.PAGE),
        ("The source answers with status 503.", "The source answers with status 503."),
        ("https://secret.example/?app_key=1 has no “rows” where the rows should be.", words.OTHER),
        (words.AWAY, words.AWAY),
    ],
)
def test_every_kind_has_its_sentence(said: str, told: str) -> None:
    assert public_words(said) == told


@given(st.text(min_size=1))
def test_whatever_was_said_one_of_the_sentences_is_told(said: str) -> None:
    assert public_words(f"/srv/bluelamp {said} https://secret.example/?app_key=1") in SENTENCES


@pytest.mark.parametrize(
    "error",
    [
        errors.SettingsError("/srv/home/feeds/x.toml, line 3: there is no such setting."),
        errors.SourceRefused("https://secret.example/x says no."),
        errors.DiskFull("The disk is full: could not write (/srv/home/vault)."),
        errors.Damaged("/srv/home/lake/calls/x.parquet cannot be read."),
        errors.BluelampError("/srv/home"),
    ],
)
def test_what_is_wrong_inside_is_told_without_names(error: errors.BluelampError) -> None:
    status, told, _ = problem_of(error)
    assert status == 500
    assert "/srv" not in str(told)
    assert "secret" not in str(told)
