"""Whether a street that was found is the one asked for."""

from __future__ import annotations

import pytest

from bluelamp.domain.location import canonical_aliases
from bluelamp.domain.street_match import likeness, likeness_of_all

ALIASES = canonical_aliases(
    {
        "L B J": "I-635",
        "Lyndon B Johnson": "I-635",
        "S R L Thornton": "I-35E",
        "R L Thornton": "I-30",
        "Stemmons": "I-35E",
    }
)


@pytest.mark.parametrize(
    ("asked", "found", "share"),
    [
        ("N HASKELL AVE", "North Haskell Avenue", 1.0),
        ("n haskell ave", "N HASKELL AVE", 1.0),
        ("N HASKELL AVE", "Haskell Avenue", 0.9),
        ("N HASKELL AVE", "S Haskell Ave", 0.0),
        ("N HASKELL AVE", "E Haskell Ave", 0.5),
        ("ELM ST", "Elm", 0.9),
        ("ELM ST", "Elm Ave", 0.5),
        ("ELM ST", "Elmwood St", 0.0),
        ("ROSS AVE", "Rose Ave", 0.0),
        ("PARK LN", "Park Central Dr", 0.0),
        ("GREENVILE AVE", "Greenville Avenue", 0.8),
        ("GREEN VILLE AVE", "Greenville Avenue", 1.0),
        ("52ND ST", "53rd Street", 0.0),
        ("SAINT AUGUSTINE DR", "St. Augustine Drive", 1.0),
        ("L B J FWY EB", "Lyndon B. Johnson Freeway", 1.0),
        ("LBJ FWY", "Interstate 635", 1.0),
        ("S R L THORNTON FWY", "I-35E", 1.0),
        ("S R L THORNTON FWY", "I-30", 0.0),
        ("N STEMMONS SERV NB", "Stemmons Freeway", 1.0),
        ("ELM ST", "", 0.0),
    ],
)
def test_two_names(asked: str, found: str, share: float) -> None:
    like = likeness(asked, found, ALIASES)
    assert like.share == pytest.approx(share, abs=0.11 if share == 0.9 else 0.001)
    assert bool(like.words) is (like.share < 1)


def test_a_crossing_has_both_streets_in_any_order() -> None:
    asked = ("MAIN ST", "ELM ST")
    assert likeness_of_all(asked, ("Elm Street", "Main Street"), {}).share == 1.0
    assert likeness_of_all(asked, ("Oak Street", "Elm Street", "Main Street"), {}).share == 1.0
    assert likeness_of_all(asked, ("Elm Street", "Elm Street"), {}).share == 0.0
    assert likeness_of_all(asked, ("Elm Street",), {}).words == "only one of the two streets"
    assert likeness_of_all(asked, (), {}).words == "it names no street"
    assert likeness_of_all((), ("Elm Street",), {}).share == 0.0
