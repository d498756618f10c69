"""Answers in the form in which each geocoder gives them, for any point and address. Addresses are invented."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from bluelamp.sources.geocoders.arcgis import ArcGis
from bluelamp.sources.geocoders.census import Census
from bluelamp.sources.geocoders.geocoder import Geocoder
from bluelamp.sources.geocoders.google import Google
from bluelamp.sources.geocoders.nominatim import Nominatim
from bluelamp.sources.geocoders.pelias import Pelias
from bluelamp.sources.geocoders.photon import Photon
from bluelamp.sources.geocoders.radar import Radar

KEY = "a-key-that-must-not-be-shown"


@dataclass(frozen=True)
class Found:
    """One thing that a geocoder found. `exact` is a house, else a whole street; with `cross` it is a crossing."""

    lat: float
    lon: float
    number: int | None = 1950
    street: str = "North Harrow Avenue"
    cross: str = ""
    exact: bool = True


@dataclass(frozen=True)
class Form:
    """A geocoder with the way it writes. `text` is the parameter that the question stands in."""

    name: str
    path: str
    text: str
    make: Callable[[str], Geocoder]
    write: Callable[[list[Found]], object]
    crossings: bool = False
    broken: list[bytes] = field(default_factory=list)  # answers with status 200 that say that it went wrong

    def body(self, *found: Found) -> bytes:
        return json.dumps(self.write(list(found))).encode()


def census(found: list[Found]) -> object:
    def one(it: Found) -> object:
        street = it.street.upper().replace("NORTH ", "N ").replace(" AVENUE", " AVE")
        where = f"{street} & {it.cross.upper()}" if it.cross else f"{it.number} {street}"
        return {
            "tigerLine": {"side": "L", "tigerLineId": "100000001"},
            "coordinates": {"x": it.lon, "y": it.lat},
            "addressComponents": {
                "zip": "75999", "streetName": "HARROW", "preType": "", "city": "DALLAS", "preDirection": "N",
                "suffixDirection": "", "fromAddress": "1900", "state": "TX", "suffixType": "AVE",
                "toAddress": "1998", "suffixQualifier": "", "preQualifier": "",
            },
            "matchedAddress": f"{where}, DALLAS, TX, 75999",
        }  # fmt: skip

    # Its answers hold matches of addresses only.
    matches = [one(it) for it in found if it.exact]
    return {"result": {"input": {"benchmark": {"benchmarkName": "Public_AR_Current"}}, "addressMatches": matches}}


def arcgis(found: list[Found]) -> object:
    def one(it: Found) -> object:
        street = it.street.upper()
        kind = "StreetInt" if it.cross else "StreetAddress" if it.exact else "StreetName"
        label = f"{street} & {it.cross.upper()}" if it.cross else f"{it.number} {street}" if it.exact else street
        return {
            "address": label,
            "location": {"x": it.lon, "y": it.lat},
            "score": 98.5,
            "attributes": {"Addr_type": kind, "Match_addr": label, "AddNum": str(it.number or "")},
            "extent": {"xmin": it.lon, "ymin": it.lat, "xmax": it.lon, "ymax": it.lat},
        }

    return {"spatialReference": {"wkid": 4326, "latestWkid": 4326}, "candidates": [one(it) for it in found]}


def nominatim(found: list[Found]) -> object:
    def one(it: Found) -> object:
        house = {"house_number": str(it.number)} if it.exact else {}
        return {
            "place_id": 1, "licence": "Data © OpenStreetMap contributors, ODbL 1.0.", "osm_type": "way", "osm_id": 2,
            "lat": str(it.lat), "lon": str(it.lon), "category": "place" if it.exact else "highway",
            "type": "house" if it.exact else "residential", "place_rank": 30 if it.exact else 26,
            "importance": 0.00001, "addresstype": "place", "name": "",
            "display_name": f"{it.number}, {it.street}, Dallas, Dallas County, Texas, 75999, United States",
            "address": {**house, "road": it.street, "city": "Dallas", "state": "Texas", "country_code": "us"},
            "boundingbox": [str(it.lat), str(it.lat), str(it.lon), str(it.lon)],
        }  # fmt: skip

    return [one(it) for it in found]


def photon(found: list[Found]) -> object:
    def one(it: Found) -> object:
        place: dict[str, object] = {
            "type": "street",
            "name": it.street,
            "osm_key": "highway",
            "osm_value": "residential",
        }
        if it.exact:
            house = {"housenumber": str(it.number), "street": it.street}
            place = {"type": "house", "osm_key": "place", "osm_value": "house", **house}
        return {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [it.lon, it.lat]},
            "properties": {"osm_id": 3, "osm_type": "N", "city": "Dallas", "countrycode": "US", **place},
        }

    return {"type": "FeatureCollection", "features": [one(it) for it in found]}


def pelias(found: list[Found]) -> object:
    def one(it: Found) -> object:
        house = {"housenumber": str(it.number)} if it.exact else {}
        return {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [it.lon, it.lat]},
            "properties": {
                "id": "us/tx:1", "gid": "openaddresses:address:1", "source": "openaddresses", "street": it.street,
                "layer": "address" if it.exact else "street", "name": f"{it.number} {it.street}", **house,
                "confidence": 1, "match_type": "exact", "accuracy": "point", "label": f"{it.street}, Dallas, TX, USA",
            },
        }  # fmt: skip

    return {"geocoding": {"version": "0.2"}, "type": "FeatureCollection", "features": [one(it) for it in found]}


def radar(found: list[Found]) -> object:
    def one(it: Found) -> object:
        return {
            "latitude": it.lat, "longitude": it.lon, "country": "United States", "countryCode": "US", "city": "Dallas",
            "geometry": {"type": "Point", "coordinates": [it.lon, it.lat]}, "street": it.street,
            "confidence": "exact" if it.exact else "fallback", "layer": "address" if it.exact else "street",
            "formattedAddress": f"{it.number} {it.street}, Dallas, TX 75999 US",
            **({"number": str(it.number)} if it.exact else {}),
        }  # fmt: skip

    return {"meta": {"code": 200}, "addresses": [one(it) for it in found]}


def google(found: list[Found]) -> object:
    def one(it: Found) -> object:
        parts = [{"long_name": it.street, "short_name": it.street, "types": ["route"]}]
        if it.exact and not it.cross:
            number = str(it.number)
            parts.insert(0, {"long_name": number, "short_name": number, "types": ["street_number"]})
        label = f"{it.street} & {it.cross}" if it.cross else f"{it.number} {it.street}"
        return {
            "address_components": parts,
            "formatted_address": f"{label}, Dallas, TX 75999, USA",
            "geometry": {
                "location": {"lat": it.lat, "lng": it.lon},
                "location_type": "ROOFTOP" if it.exact else "GEOMETRIC_CENTER",
            },
            "place_id": "x",
            "types": ["intersection"] if it.cross else ["street_address"] if it.exact else ["route"],
        }

    return {"results": [one(it) for it in found], "status": "OK" if found else "ZERO_RESULTS"}


ERROR = b'{"error": {"code": 498, "message": "Invalid token", "details": []}}'
DENIED = b'{"error_message": "The provided API key is invalid.", "results": [], "status": "REQUEST_DENIED"}'
FORMS = {
    form.name: form
    for form in (
        Form("census", "/geocoder/locations/onelineaddress", "address", Census, census, crossings=True),
        Form("arcgis", "/findAddressCandidates", "SingleLine", ArcGis, arcgis, crossings=True, broken=[ERROR]),
        Form("nominatim", "/search", "q", Nominatim, nominatim),
        Form("photon", "/api", "q", Photon, photon),
        Form("pelias", "/v1/search", "text", Pelias, pelias),
        Form("radar", "/v1/geocode/forward", "query", lambda url: Radar(KEY, url), radar),
        Form(
            "google",
            "/maps/api/geocode/json",
            "address",
            lambda url: Google(KEY, url),
            google,
            crossings=True,
            broken=[DENIED],
        ),
    )
}
