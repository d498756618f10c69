"""The twin's own reference files, in the layouts of the ONS, for its invented areas. Called through archive.

Byte order marks, blank rows and the footnote stand where the ONS has them: a reader that copes with
these copes with those.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import shapely

from bluelamp.domain.force import BY_SLUG
from bluelamp.synthetic.chance import generator, key
from bluelamp.synthetic.geography import lsoa_count
from bluelamp.synthetic.lsoas import LsoaSet, lsoas_of
from bluelamp.synthetic.names import towns
from bluelamp.synthetic.plan import TwinPlan
from bluelamp.synthetic.territory import WELSH, Authority, authorities, regions

_BOM = "\ufeff"
_WARD = 4  # LSOAs of a ward
_FOOTNOTE = (
    ",,\n,,\n,,\n"
    ',"Invented figures: in order to test what reads them, this table ends as the",\n'
    ",census tables do,\n"
    ",with a footnote."
)
LOOKUP_2011 = "lsoa2011-to-lsoa2021-to-lad2022.csv"
LOOKUP_WARDS = "lsoa2021-to-ward2024-to-lad2024.csv"
LOOKUP_FORCES = "lad2024-to-csp2024-to-pfa2024.csv"
RESIDENTS = "ts001-usual-residents-lsoa2021.csv"
AUTHORITIES = "local-authorities-2024.geojson"
FORCE_AREAS = "police-force-areas-2023.geojson"


def write_reference(plan: TwinPlan, folder: Path) -> list[Path]:
    """Write the six reference files of the twin that the plan describes; they hold for all its releases.

    Creates `folder`. Returns the paths. Raises OSError where one cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    everyone = authorities(plan.seed, lsoa_count(plan), plan.has("odd_names"), plan.has("abolished_districts"))
    texts = {
        LOOKUP_2011: _BOM + _table(_lookup_2011(plan, everyone)),
        LOOKUP_WARDS: _BOM + _table(_lookup_wards(plan, everyone)),
        LOOKUP_FORCES: _table(_lookup_forces(everyone)),
        RESIDENTS: _table(_residents(plan, everyone)) + _FOOTNOTE,
        AUTHORITIES: _authority_areas(everyone),
        FORCE_AREAS: _force_areas(),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return [folder / name for name in texts]


def _table(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def force_area_name(slug: str) -> str:
    """A force's area as the ONS names it: `London, City of`, `Devon & Cornwall`, `Metropolitan Police`."""
    special = {
        "city-of-london": "London, City of",
        "devon-and-cornwall": "Devon & Cornwall",
        "dyfed-powys": "Dyfed-Powys",
        "metropolitan": "Metropolitan Police",
    }
    return special.get(slug) or " ".join(w if w == "and" else w.capitalize() for w in slug.split("-"))


def force_area_code(slug: str) -> str:
    """An invented code of the real form: E23000901, W15000902."""
    number = 901 + [each for each in regions() if each != "northern-ireland"].index(slug)
    return f"{'W15' if slug in WELSH else 'E23'}{number:06d}"


def _welsh_name(authority: Authority, name: str) -> str:
    return f"Sir {name}" if authority.welsh else ""


def _lsoas(plan: TwinPlan, authority: Authority) -> LsoaSet:
    return lsoas_of(plan.seed, authority, plan.has("two_names"))


def _lookup_2011(plan: TwinPlan, everyone: Sequence[Authority]) -> Iterator[Sequence[object]]:
    yield ("LSOA11CD", "LSOA11NM", "LSOA21CD", "LSOA21NM", "CHGIND", "LAD22CD", "LAD22NM", "LAD22NMW", "ObjectId")
    number = 0
    for authority in everyone:
        known = _lsoas(plan, authority)
        for change in known.changes:
            number += 1
            old, new = known.old[change.old], known.new[change.new]
            district = authority.districts[new.district]
            welsh = _welsh_name(authority, district.name)
            yield old.code, old.name, new.code, new.name, change.kind, district.code, district.name, welsh, number


def _lookup_wards(plan: TwinPlan, everyone: Sequence[Authority]) -> Iterator[Sequence[object]]:
    yield (
        "LSOA21CD",
        "LSOA21NM",
        "LSOA21NMW",
        "WD24CD",
        "WD24NM",
        "WD24NMW",
        "LAD24CD",
        "LAD24NM",
        "LAD24NMW",
        "ObjectId",
    )
    number = 0
    for authority in everyone:
        known = _lsoas(plan, authority)
        if not known.new:
            continue
        letters = "W05" if authority.welsh else "E05"
        names = towns(generator(plan.seed, "wards", authority.number), set(), False, 1 + len(known.new) // _WARD)
        for position, lsoa in enumerate(known.new):
            number += 1
            ward = position // _WARD
            yield (
                lsoa.code,
                lsoa.name,
                _welsh_name(authority, lsoa.name),
                f"{letters}{900_000 + authority.number * 200 + ward:06d}",
                names[ward],
                _welsh_name(authority, names[ward]),
                authority.code,
                authority.name,
                _welsh_name(authority, authority.name),
                number,
            )


def _lookup_forces(everyone: Sequence[Authority]) -> Iterator[Sequence[object]]:
    yield ("ltla24_code", "ltla24_name", "csp24_code", "csp24_name", "pfa24_code", "pfa24_name")
    for authority in everyone:
        if authority.lsoas:
            letters = "W14" if authority.welsh else "E22"
            partnership = f"{letters}{700 + authority.number:06d}"
            area = (force_area_code(authority.force), force_area_name(authority.force))
            yield authority.code, authority.name, partnership, authority.name, *area


def _residents(plan: TwinPlan, everyone: Sequence[Authority]) -> Iterator[Sequence[object]]:
    yield "total", "2021 super output area - lower layer", "mnemonic"
    for authority in everyone:
        for lsoa in _lsoas(plan, authority).new:
            yield 1000 + key(plan.seed, "residents", lsoa.code) % 1600, lsoa.name, lsoa.code


def _authority_areas(everyone: Sequence[Authority]) -> str:
    features = [_feature({"ltla24_name": each.name, "ltla24_code": each.code}, each.area) for each in everyone]
    head = '{\n"type": "FeatureCollection",\n"name": "boundaries_ltla24",\n"features": [\n'
    return head + ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features) + "\n]\n}\n"


def _force_areas() -> str:
    features = [
        _feature({"PFA23CD": force_area_code(slug), "PFA23NM": force_area_name(slug)}, area)
        for slug, area in regions().items()
        if slug != "northern-ireland"
    ]
    crs = {"type": "name", "properties": {"name": "EPSG:4326"}}
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}, ensure_ascii=False)


def _feature(properties: dict[str, str], area: shapely.Geometry) -> dict[str, object]:
    # Seven decimals, so that a point inside the area is inside the published one too.
    shape = json.loads(shapely.to_geojson(shapely.transform(area, lambda pairs: pairs.round(7))))
    return {"type": "Feature", "properties": properties, "geometry": shape}


assert set(regions()) <= set(BY_SLUG)
