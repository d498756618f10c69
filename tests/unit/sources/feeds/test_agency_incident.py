"""Where a call's official report can be read: the table `[incident]` of an agency's file."""

from __future__ import annotations

import pytest

from bluelamp.errors import SettingsError
from bluelamp.sources.feeds.agency import Agency, read_agencies, read_agency, shipped


def agency(table: str) -> Agency:
    text = shipped()["houston-tx"]
    assert "[incident]" not in text
    return read_agency(f"{text}\n{table}", "houston-tx", "houston-tx.toml", "test")


def test_the_number_of_a_call_is_escaped() -> None:
    incident = agency('[incident]\nurl = "https://x.example/r?n={incident_number}"\nwords = "The report."').incident
    assert incident is not None
    assert incident.url_of("26-0258791") == "https://x.example/r?n=26-0258791"
    assert incident.url_of("1&a=/../?#é{}") == "https://x.example/r?n=1%26a%3D%2F..%2F%3F%23%C3%A9%7B%7D"


def test_without_a_page_there_are_words_alone() -> None:
    incident = agency('[incident]\nwords = "It is in the reports."').incident
    assert incident is not None
    assert (incident.url_of("1"), incident.words) == (None, "It is in the reports.")
    assert agency("").incident is None


def test_dallas_names_its_incident_reports() -> None:
    incident = read_agencies(None)["dallas-tx"].incident
    assert incident is not None
    assert (
        incident.url_of("26-0258791") == "https://www.dallasopendata.com/resource/qv6i-rri7.json?cfs_number=26-0258791"
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://x.example/{incident_number}",
        "javascript:alert('{incident_number}')",
        "https://x.example/all",
        "https://x.example/{incident_number}/{incident_number}",
        "https://{incident_number}.example/",
        "https://x.example/{number}/{incident_number}",
        "https://me:secret@x.example/{incident_number}",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"incident\.url"):
        agency(f'[incident]\nurl = "{url}"\nwords = "The report."')


def test_words_are_needed() -> None:
    with pytest.raises(SettingsError, match="words"):
        agency('[incident]\nurl = "https://x.example/{incident_number}"')
