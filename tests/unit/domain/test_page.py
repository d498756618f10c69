"""The pages' addresses: what stands at a path, and the path of a page."""

from __future__ import annotations

import pytest

from bluelamp.domain.page import PAGES, page_at, path_to
from tests.lib.browser.addresses import Places


@pytest.mark.parametrize(
    ("path", "name", "parameters"),
    [
        ("/", "home", {}),
        ("/crime", "dashboard", {"dashboard": "crime"}),
        ("/d/crime", "dashboard", {"dashboard": "crime"}),
        ("/area/local-authority/E06000001", "area", {"kind": "local_authority", "area": "E06000001"}),
        ("/area/beat/dallas-tx/A/1 b", "area", {"kind": "beat", "feed": "dallas-tx", "name": "A/1 b"}),
        ("/live/dallas-tx/calls/0f", "live", {"feed": "dallas-tx", "call": "0f"}),
        ("/embed/live/dallas-tx", "liveEmbed", {"feed": "dallas-tx"}),
        ("/embed/crime/map", "embed", {"dashboard": "crime", "card": "map"}),
    ],
)
def test_page_at_a_declared_address_gives_page_and_parameters(path: str, name: str, parameters: dict[str, str]) -> None:
    at = page_at(path)
    assert at is not None
    assert (at[0].name, at[1]) == (name, parameters)


@pytest.mark.parametrize(
    "path",
    ["", "/data/", "/bikes", "/records/Crimes", "/area/ward/E05000001", "/live/x/calls/NOHEX", "/live/a/b", "//"],
)
def test_page_at_any_other_address_is_none(path: str) -> None:
    assert page_at(path) is None


def test_path_to_quotes_each_parameter() -> None:
    assert path_to("area", kind="beat", feed="dallas-tx", name="A/1 b") == "/area/beat/dallas-tx/A%2F1%20b"
    assert path_to("dashboard", dashboard="stops") == "/stops"
    assert path_to("dashboard", dashboard="bikes") == "/d/bikes"


@pytest.mark.parametrize("parameters", [{}, {"feed": "x", "beat": "1"}, {"call": "0f"}])
def test_path_to_refuses_parameters_that_no_address_has(parameters: dict[str, str]) -> None:
    with pytest.raises(LookupError, match="no page live"):
        path_to("live", **parameters)


def test_the_browser_tests_look_at_every_page_of_the_archive() -> None:
    paths = [path.split("?")[0] for path in Places("E06000001", "Hartlepool", "abc-1").pages]
    looked_at = {at[0].name for path in paths if (at := page_at(path))}
    # The pages of feeds have tests of their own (tests/browser/test_live_*.py).
    assert looked_at == {page.name for page in PAGES} - {"feeds", "live", "health", "liveEmbed"}
