"""Answers of the shipped feeds in their real forms, with invented calls in them: envelope, columns, order and coding as
the publishers send them. Each is the body, its headers, and what must come of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

SOCRATA = {
    "Content-Type": "application/json;charset=utf-8",
    "X-SODA2-Truth-Last-Modified": "Wed, 18 Feb 2026 03:44:10 GMT",
    "X-SODA2-Data-Out-Of-Date": "false",
    "Last-Modified": "Wed, 18 Feb 2026 03:44:12 GMT",
    "ETag": 'W/"YWxwaGEuMTIzNF8xXzE--gzip"',
}


@dataclass(frozen=True)
class Form:
    """`rows` are the expected ones: (values, units, point), sorted by the location; times as local → UTC."""

    body: bytes
    rows: list[tuple[dict[str, str], list[str], tuple[float, float] | None]]
    headers: dict[str, str] = field(default_factory=dict)
    identity: str = ""
    unreadable: int = 0


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


DALLAS = Form(
    # Empty columns are left out: no block at a crossing.
    _json(
        [
            {"incident_number": "26-0100001", "division": "Central", "nature_of_call": "6X - Major Dist (Violence)",
             "priority": "2", "date": "2026-02-17T00:00:00.000", "time": "21:41:05", "unit_number": "B114",
             "block": "04900", "location": "Nonesuch St", "beat": "114", "reporting_area": "1185",
             "status": "At Scene"},
            {"incident_number": "26-0100001", "division": "Central", "nature_of_call": "6X - Major Dist (Violence)",
             "priority": "2", "date": "2026-02-17T00:00:00.000", "time": "21:41:05", "unit_number": "B116",
             "block": "04900", "location": "Nonesuch St", "beat": "114", "reporting_area": "1185",
             "status": "At Scene"},
            {"division": "Southwest", "nature_of_call": "**PD Requested by Fire", "unit_number": "BLOCK7",
             "location": "E Example Ave / No Such Serv Eb", "beat": "417"},
        ]
    ),
    [
        ({"nature": "**PD Requested by Fire", "division": "Southwest", "beat": "417",
          "location": "E Example Ave / No Such Serv Eb"}, ["BLOCK7"], None),
        *[
            ({"incident_number": "26-0100001", "nature": "6X - Major Dist (Violence)", "priority": "2",
              "status": "At Scene", "division": "Central", "beat": "114", "reporting_area": "1185", "block": "4900",
              "location": "Nonesuch St", "reported_local": "2026-02-17T21:41:05",
              "reported_at": "2026-02-18T03:41:05.000Z"}, [unit], None)
            for unit in ("B114", "B116")
        ],
    ],
    SOCRATA,
    "Wed, 18 Feb 2026 03:44:10 GMT",
)  # fmt: skip

DALLAS_FIRE = Form(
    (
        '[\r\n{"CD":"Structure Fire","Address":"4900 NONESUCH ST"},\r\n'
        '{"CD":"Medical","Address":"ELM ST / NO SUCH DR"}\r\n]'
    ).encode("utf-16"),
    [
        ({"nature": "Structure Fire", "location": "4900 NONESUCH ST"}, [], None),
        ({"nature": "Medical", "location": "ELM ST / NO SUCH DR"}, [], None),
    ],
    {"Content-Type": "text/plain", "Last-Modified": "Wed, 18 Feb 2026 03:44:12 GMT", "ETag": '"0d3e1f"'},
    '"0d3e1f"',
)

SAN_FRANCISCO = Form(
    _json(
        [
            {"id": "36000001", "cad_number": "260490001", "received_datetime": "2026-02-17T19:30:00.000",
             "entry_datetime": "2026-02-17T19:31:10.000", "call_type_original": "585",
             "call_type_original_desc": "TRAFFIC STOP", "call_type_final": "585",
             "call_type_final_desc": "TRAF VIOLATION CITE", "priority_original": "B", "priority_final": "C",
             "agency": "Police", "disposition": "CIT", "onview_flag": "Y", "sensitive_call": False,
             "intersection_name": "NONESUCH AVE \\ EXAMPLE ST", "intersection_id": "20001000",
             "intersection_point": {"type": "Point", "coordinates": [-122.41, 37.77]},
             "supervisor_district": "6", "analysis_neighborhood": "Mission", "police_district": "MISSION",
             ":@computed_region_jwn9_ihcz": "53"},
            {"id": "36000002", "cad_number": "260490002", "received_datetime": "2026-02-17T19:32:00.000",
             "call_type_original_desc": "WELL BEING CHECK", "priority_original": "C", "agency": "Police",
             "onview_flag": "N", "sensitive_call": True},
        ]
    ),
    [
        ({"incident_number": "260490002", "nature": "WELL BEING CHECK", "priority": "C",
          "reported_local": "2026-02-17T19:32:00", "reported_at": "2026-02-18T03:32:00.000Z"}, [], None),
        ({"incident_number": "260490001", "nature": "TRAF VIOLATION CITE", "priority": "C", "status": "CIT",
          "division": "MISSION", "reporting_area": "Mission", "location": "NONESUCH AVE \\ EXAMPLE ST",
          "reported_local": "2026-02-17T19:30:00", "reported_at": "2026-02-18T03:30:00.000Z"}, [], (37.77, -122.41)),
    ],
    SOCRATA,
    "Wed, 18 Feb 2026 03:44:10 GMT",
)  # fmt: skip

SEATTLE = Form(
    _json(
        [
            {"address": "1 Nonesuch Way N", "type": "Aid Response", "datetime": "2026-02-17T19:40:00.000",
             "latitude": "47.61", "longitude": "-122.33", "incident_number": "F260000001",
             "report_location": {"type": "Point", "coordinates": [-122.33, 47.61]}},
        ]
    ),
    [
        ({"incident_number": "F260000001", "nature": "Aid Response", "location": "1 Nonesuch Way N",
          "reported_local": "2026-02-17T19:40:00", "reported_at": "2026-02-18T03:40:00.000Z"}, [], (47.61, -122.33)),
    ],
    SOCRATA,
    "Wed, 18 Feb 2026 03:44:10 GMT",
)  # fmt: skip

MONTGOMERY = Form(
    _json(
        [
            {"incident_id": "P2600000001", "cr_number": "260000001", "start_time": "2026-02-17T21:05:00.000",
             "end_time": "2026-02-17T21:45:00.000", "priority": "2", "initial_type": "SUSPICIOUS PERSON",
             "close_type": "CHECK WELFARE", "address": "100 BLK NONESUCH AVE", "city": "NOWHERE", "state": "MD",
             "zip": "20000", "longitude": "-77.1", "latitude": "39.1", "police_district_number": "4D", "sector": "G",
             "beat": "4G1", "pra": "300", "calltime_callroute": "30", "disposition_desc": "NO REPORT",
             "geolocation": {"latitude": "39.1", "longitude": "-77.1", "human_address": "{}"}},
        ]
    ),
    [
        ({"incident_number": "P2600000001", "nature": "SUSPICIOUS PERSON", "priority": "2", "division": "4D",
          "beat": "4G1", "reporting_area": "300", "location": "100 BLK NONESUCH AVE",
          "reported_local": "2026-02-17T21:05:00", "reported_at": "2026-02-18T02:05:00.000Z"}, [], (39.1, -77.1)),
    ],
    SOCRATA,
    "Wed, 18 Feb 2026 03:44:10 GMT",
)  # fmt: skip

HOUSTON = Form(
    _json(
        {
            "displayFieldName": "Agency",
            "fieldAliases": {"UID": "UID", "Agency": "Agency"},
            "geometryType": "esriGeometryPoint",
            "spatialReference": {"wkid": 4326, "latestWkid": 4326},
            "fields": [{"name": "UID", "type": "esriFieldTypeString", "alias": "UID", "length": 50}],
            "features": [
                {"attributes": {"UID": "HFD-1", "Agency": "FD", "Address": "NONESUCH ST", "CrossStreet": "EXAMPLE DR",
                                "CALL_TIME": 1771385700, "IncidentType": "CHECK PATIENT STATUS", "ALARM_LEVEL": 0,
                                "NO_UNITS": 2, "Units": "M051, E051", "LONGITUDE": -95.4, "LATITUDE": 29.7,
                                "KeyMap": "530X", "CombinedResponse": "N"}, "geometry": {"x": -95.4, "y": 29.7}},
                {"attributes": {"UID": "HPD-2", "Agency": "PD", "Address": "IMAGINARY FWY", "CrossStreet": "",
                                "CALL_TIME": 1771385760000, "IncidentType": "CRASH/MINOR", "ALARM_LEVEL": None,
                                "NO_UNITS": 0, "Units": None, "LONGITUDE": 0, "LATITUDE": 0, "KeyMap": " ",
                                "CombinedResponse": "N"}, "geometry": {"x": 0, "y": 0}},
            ],
        }
    ),
    [
        ({"incident_number": "HPD-2", "nature": "CRASH/MINOR", "division": "PD", "location": "IMAGINARY FWY",
          "reported_local": "2026-02-17T21:36:00", "reported_at": "2026-02-18T03:36:00.000Z"}, [], None),
        ({"incident_number": "HFD-1", "nature": "CHECK PATIENT STATUS", "priority": "0", "division": "FD",
          "reporting_area": "530X", "location": "NONESUCH ST / EXAMPLE DR", "reported_local": "2026-02-17T21:35:00",
          "reported_at": "2026-02-18T03:35:00.000Z"}, ["E051", "M051"], (29.7, -95.4)),
    ],
    {"Content-Type": "application/json;charset=utf-8", "ETag": '"a1b2c3"'},
    '"a1b2c3"',
)  # fmt: skip

ORLANDO = Form(
    b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\r\n<CALLS>\r\n'
    b'<CALL incident="2026-00000001"><DATE>2/17/2026 22:36</DATE><DESC>General investigation</DESC>'
    b"<LOCATION>2400 BLOCK NONESUCH ST</LOCATION><DISTRICT>G8</DISTRICT></CALL>\r\n"
    b'<CALL incident="2026-00000002"><DATE>2/17/2026 9:05</DATE><DESC>Hit &amp; run</DESC>'
    b"<LOCATION>E EXAMPLE ST/N NOWHERE AVE</LOCATION><DISTRICT></DISTRICT></CALL>\r\n</CALLS>",
    [
        ({"incident_number": "2026-00000002", "nature": "Hit & run", "location": "E EXAMPLE ST/N NOWHERE AVE",
          "reported_local": "2026-02-17T09:05:00", "reported_at": "2026-02-17T14:05:00.000Z"}, [], None),
        ({"incident_number": "2026-00000001", "nature": "General investigation", "division": "G8", "block": "2400",
          "location": "NONESUCH ST", "reported_local": "2026-02-17T22:36:00",
          "reported_at": "2026-02-18T03:36:00.000Z"}, [], None),
    ],
    {"Content-Type": "text/xml", "Last-Modified": "Wed, 18 Feb 2026 03:44:12 GMT"},
)  # fmt: skip

PORTLAND = Form(
    b"""<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Portland 911 Incidents</name>
<Style id="police"><IconStyle><Icon><href>https://example.org/p.png</href></Icon></IconStyle></Style>
<Folder><Placemark><name>UNWANTED PERSON at 8800 BLOCK OF N NONESUCH ST, PORT</name>
<description><![CDATA[UNWANTED PERSON at 8800 BLOCK OF N NONESUCH ST, PORT [Portland Police #PP26000000001]<br/>
Tuesday, February 17, 2026 7:36 PM]]></description><styleUrl>#police</styleUrl>
<Point><coordinates>-122.758066,45.590501,0</coordinates></Point></Placemark>
<Placemark><name>MED - MEDICAL at NE EXAMPLE RD / SE NOWHERE ST, GRSM</name>
<description>MED - MEDICAL at NE EXAMPLE RD / SE NOWHERE ST, GRSM [Gresham Fire #RG26000000002]
Tuesday, February 17, 2026 12:05 PM</description>
<Point><coordinates>
-122.43,45.49
</coordinates></Point></Placemark></Folder></Document></kml>""",
    [
        ({"incident_number": "PP26000000001", "nature": "UNWANTED PERSON", "division": "Portland Police",
          "block": "8800", "location": "N NONESUCH ST, PORT", "reported_local": "2026-02-17T19:36:00",
          "reported_at": "2026-02-18T03:36:00.000Z"}, [], (45.590501, -122.758066)),
        ({"incident_number": "RG26000000002", "nature": "MED - MEDICAL", "division": "Gresham Fire",
          "location": "NE EXAMPLE RD / SE NOWHERE ST, GRSM", "reported_local": "2026-02-17T12:05:00",
          "reported_at": "2026-02-17T20:05:00.000Z"}, [], (45.49, -122.43)),
    ],
    {"Content-Type": "application/vnd.google-earth.kml+xml"},
)  # fmt: skip

TORONTO = Form(
    b"""<?xml version="1.0" encoding="utf-8"?>
<tfs_active_incidents>
  <update_from_db_time>2026-02-17 22:40:01</update_from_db_time>
  <event><prime_street>NONESUCH AVE, NY</prime_street><cross_streets>EXAMPLE RD / NOWHERE RD</cross_streets>
    <dispatch_time>2026-02-17T22:36:00</dispatch_time><event_num>F26000001</event_num>
    <event_type>Rescue - Elevator</event_type><alarm_lev>0</alarm_lev><beat>144</beat>
    <units_disp>P144, S143</units_disp></event>
  <event><prime_street>M5M</prime_street><cross_streets/><dispatch_time>2026-02-17T22:30:11</dispatch_time>
    <event_num>F26000002</event_num><event_type>MEDICAL</event_type><alarm_lev>0</alarm_lev><beat/>
    <units_disp>P131</units_disp></event>
</tfs_active_incidents>""",
    [
        ({"incident_number": "F26000002", "nature": "MEDICAL", "priority": "0", "location": "M5M",
          "reported_local": "2026-02-17T22:30:11", "reported_at": "2026-02-18T03:30:11.000Z"}, ["P131"], None),
        ({"incident_number": "F26000001", "nature": "Rescue - Elevator", "priority": "0", "beat": "144",
          "location": "NONESUCH AVE, NY / EXAMPLE RD / NOWHERE RD", "reported_local": "2026-02-17T22:36:00",
          "reported_at": "2026-02-18T03:36:00.000Z"}, ["P144", "S143"], None),
    ],
    {"Content-Type": "text/xml"},
)  # fmt: skip

MILWAUKEE = Form(
    b"""<!DOCTYPE html><html><head><title>Calls</title><script>if (1 < 2) { var a = "<td>"; }</script></head><body>
<div class="content"><p>Last refreshed 02/17/2026 09:44:12 PM</p><table class="striped"><thead><tr>
<th>Call Number</th><th>Date/Time</th><th>Location</th><th>Police District</th><th>Nature of Call</th>
<th>Status</th></tr>
</thead><tbody>
<tr><td>260480001</td><td>02/17/2026 09:36:00 PM</td><td>2700 W NONESUCH ST,MKE</td><td>3</td>
<td>TRBL W/SUBJ</td><td>Service in Progress</td></tr>
<tr><td>260480002</td><td>02/17/2026 09:05:41 AM</td><td>N EXAMPLE AV &amp; W NOWHERE ST,MKE</td><td>NULL</td>
<td>ACC PDO</td><td>Advised</td></tr></tbody></table></div></body></html>""",
    [
        ({"incident_number": "260480001", "nature": "TRBL W/SUBJ", "status": "Service in Progress", "division": "3",
          "location": "2700 W NONESUCH ST,MKE", "reported_local": "2026-02-17T21:36:00",
          "reported_at": "2026-02-18T03:36:00.000Z"}, [], None),
        ({"incident_number": "260480002", "nature": "ACC PDO", "status": "Advised", "division": "NULL",
          "location": "N EXAMPLE AV & W NOWHERE ST,MKE", "reported_local": "2026-02-17T09:05:41",
          "reported_at": "2026-02-17T15:05:41.000Z"}, [], None),
    ],
    {"Content-Type": "text/html;charset=ISO-8859-1"},
)  # fmt: skip

RICHMOND = Form(
    b"""<!DOCTYPE html><html><body><p class="fs-6">As of 02/17/2026 10:40 PM -
This page will refresh every 45 seconds</p>
<table id="tblActiveCallsListing" class="table"><thead><tr><th>Time Received</th><th>Agency</th><th>Dispatch Area</th>
<th>Unit</th><th>Call Type</th><th>Location</th><th>Status</th></tr></thead><tbody>
<tr>
  <td nowrap>02/17/2026 10:36 PM</td>
  <td>RPD</td>
  <td>213</td>
  <td>213B</td>
  <td>DISORDERLY SITUATION</td>
  <td>1XX NONESUCH ST RICH</td>
  <td>Enroute</td>
</tr></tbody></table></body></html>""",
    [
        ({"incident_number": "~075e2fd53023", "nature": "DISORDERLY SITUATION", "status": "Enroute",
          "division": "RPD", "beat": "213", "location": "1XX NONESUCH ST RICH",
          "reported_local": "2026-02-17T22:36:00", "reported_at": "2026-02-18T03:36:00.000Z"}, ["213B"], None),
    ],
    {"Content-Type": "text/html; charset=utf-8"},
)  # fmt: skip

SWEDEN = Form(
    _json(
        [
            {"id": 600001, "datetime": "2026-02-18 4:36:00 +01:00", "name": "18 februari 04:36, Trafikolycka",
             "summary": "Två bilar.", "url": "/aktuellt/handelser/2026/februari/18/", "type": "Trafikolycka",
             "location": {"name": "Ingenstad", "gps": "59.33,18.06"}},
            {"id": 600002, "datetime": "2026-02-17 22:05:00 +01:00", "name": "Sammanfattning natt", "summary": "",
             "url": "/x/", "type": "Sammanfattning natt", "location": {"name": "Örebro län", "gps": "59.27,15.21"}},
        ]
    ),
    [
        ({"incident_number": "600001", "nature": "Trafikolycka", "location": "Ingenstad",
          "reported_local": "2026-02-18T04:36:00", "reported_at": "2026-02-18T03:36:00.000Z"}, [], None),
        ({"incident_number": "600002", "nature": "Sammanfattning natt", "location": "Örebro län",
          "reported_local": "2026-02-17T22:05:00", "reported_at": "2026-02-17T21:05:00.000Z"}, [], None),
    ],
    {"Content-Type": "application/json; charset=utf-8"},
)  # fmt: skip

FORMS = {
    "dallas-tx": DALLAS,
    "dallas-fire-tx": DALLAS_FIRE,
    "san-francisco-ca": SAN_FRANCISCO,
    "seattle-fire-wa": SEATTLE,
    "montgomery-county-md": MONTGOMERY,
    "houston-tx": HOUSTON,
    "orlando-fl": ORLANDO,
    "portland-or": PORTLAND,
    "toronto-fire-on": TORONTO,
    "milwaukee-wi": MILWAUKEE,
    "richmond-va": RICHMOND,
    "sweden": SWEDEN,
}
