"""The city's feed as Bluelamp's own configuration: the text of its TOML. Used by the demo, `chaos` and the tests."""

from __future__ import annotations

from bluelamp.sources.feeds.agency import shipped
from bluelamp.synthetic.city.ground import BOUNDS
from bluelamp.synthetic.city.words import NAME

FEED = "demo-city"
PATH = "/resource/9fxf-t2tr.json"
_TOML = """\
# An invented city, served by this machine itself: every call, street and unit in it is made up.
title = "{title}"
city = "{city} (invented)"
description = "A synthetic city: no call, street or unit in it is real."
platform = "socrata"
url = "{url}"
zone = "{zone}"
window = "active"
interval_seconds = {interval:g}
fresh_minutes = {fresh:g}
timeout_seconds = {timeout:g}
bounds = [{bounds}]
check_fields = ["beat", "reporting_area", "division"]
licence = "Invented data; free of any rights"
attribution = "Made by Bluelamp's synthetic city"

[rows]
expected = [5, 150]

[fields]
incident_number = "incident_number"
nature = "nature_of_call"
priority = "priority"
status = "status"
division = "division"
beat = "beat"
reporting_area = "reporting_area"
block = "block"
location = "location"
unit = "unit_number"
unit_status = "status"

[time]
date = "date"
time = "time"

[incident]
words = "The invented city has reported of this call, and of where it was. There is no page of it."
"""


def agency_toml(
    url: str, *, zone: str = "America/Chicago", interval: float = 120.0, fresh: float = 30.0, timeout: float = 30.0
) -> str:
    """The file of a feed that polls `url` every `interval` seconds."""
    feed = _TOML.format(
        title=f"{NAME} Police (invented)",
        city=NAME,
        url=url,
        zone=zone,
        interval=interval,
        fresh=fresh,
        timeout=timeout,
        bounds=", ".join(map(str, BOUNDS)),
    )
    return f"{feed}\n{_dictionary()}"


def _dictionary() -> str:
    """What natures and priorities mean: the city writes them as Dallas does, so Dallas's file explains them."""
    text = shipped()["dallas-tx"]
    return text[text.index("[[priorities]]") :]
