"""The file that `bluelamp feeds add` begins a new feed with: valid as it stands, every choice beside its comment."""

from __future__ import annotations

import json

from bluelamp.sources.feeds.agency_file import Platform

# What stands in the place of rows, by platform: a line of [rows] and its comment.
_ROWS = {
    "socrata": '# path = ""                    # the rows are the answer itself',
    "arcgis": '# path = "features"            # the rows are the features of the layer',
    "json": '# path = "data.calls"          # the way to the list, where it is not the answer itself',
    "xml": 'path = "calls.call"            # the way to the rows, the root first; ** for any number between',
    "rss": '# path = "rss.channel.item"    # found by itself',
    "html_table": '# table = "calls"              # the id of the table, where the page has several such',
    "csv": '# delimiter = ";"              # where it is no comma',
}


def template(name: str, url: str, platform: Platform, zone: str, title: str) -> str:
    """A new agency's file. All values are written so that TOML reads them back as they are."""
    paging = "\n[paging]\nrows = 1000                    # a page\npages = 20                     # at most\n"
    return _TEMPLATE.format(
        title=_text(title or name),
        platform=_text(platform),
        url=_text(url),
        zone=_text(zone),
        paging=paging if platform in ("socrata", "arcgis") else "",
        rows=_ROWS[platform],
    )


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


_TEMPLATE = """\
# What each word means: docs/how-to/add-a-feed.md. Then: bluelamp feeds check, with the name of this file.
title = {title}
platform = {platform}
url = {url}
zone = {zone}
window = "active"              # "rolling" where a call that is missing is only older than the list goes back
interval_seconds = 120         # as often as the publisher renews it, and no more often than it allows
fresh_minutes = 30             # data that is older is called stale
# bounds = [-97.05, 32.60, -96.45, 33.03]              # west, south, east, north
# check_fields = ["beat"]      # fields that say in which area a call is
licence = ""                   # what the publisher allows, in its words
attribution = ""               # how it wants to be named
source_url = ""                # its page for people

# [parameters]                 # what is added to the address, such as
# district = "all"
{paging}
[rows]
{rows}
# required = ["unit", "location", "incident_number"]   # a row needs one of these
# hash_fields = ["reported_local", "location"]         # make a number where there is none
# numbers_restart = "daily"                            # where a number names a call of one day only
# expected = [5, 200]          # rows that are usual

[fields]                       # ours = "the publisher's column"; delete what the feed does not have
incident_number = "incident_number"
nature = "nature"
location = "location"
# priority = "priority"
# status = "status"
# division = "division"
# beat = "beat"
# block = {{ column = "address", pattern = '^(\\d+) ', otherwise = "nothing" }}
# unit = "unit"                # where a row is one unit on a call
# units = {{ column = "units", separator = "," }}         # where a row is a call with all its units; where they are
#                              # a list of objects: {{ column = "Unit.ID", status = "Unit.State" }}

# [time]
# moment = "received"          # or date = "…" and time = "…"; time alone is today's, or yesterday's
# formats = ["iso"]            # or epoch, rfc822, "%m/%d/%Y %H:%M"

# [point]
# latitude = "latitude"
# longitude = "longitude"
# scale = 0.000001             # where numbers are millionths
# unsigned = ["west"]          # where longitudes are west without a minus sign

# [privacy]
# mask_block = true
# suppress_natures = ["*medical*"]
# delay_minutes = 10
# jitter_m = 100               # every point is moved by up to so many metres
# finest = "block"             # no place is shown more exactly; or street, or area: no points at all

# [incident]                   # where a call's official report can be read, once there is one
# url = "https://data.example/incidents?number={{incident_number}}"
# words = "The city's incident report."

# [[priorities]]               # what the publisher's words mean, shown beside them; as many as there are
# match = "1"
# label = "Emergency"
# words = "Life is in danger."
# rank = 1                     # the most urgent; 4 is the least

# [[natures]]
# match = "09*"                # the exact text, or a pattern: * stands for anything
# label = "Theft"
# words = "Something was stolen."
# group = "theft"              # or violence, disturbance, traffic, medical, fire, alarm, welfare, other
"""
