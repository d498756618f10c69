#!/usr/bin/env bash
# Expected: usaddress knows intersections (`&`, `and`, with a label for the separator) and United States addresses as
#   people write them. `MAIN ST / OAK AVE` and `2900 BLOCK OF MAIN ST` are how dispatch systems write the same, so it
#   finds two streets in the one and the street MAIN in the other.
# What happens: with ` / ` or ` @ ` there is one street, `MAIN ST OAK`, of type AVE, marked `Ambiguous`; with `&` there
#   are two. `2900 BLOCK OF MAIN ST` is marked a plain `Street Address` on a street `BLOCK OF MAIN`, so the label does
#   not tell; `29XX MAIN ST` is right.
# Version: usaddress 0.5.16; seen on 2026-11-30.
# Source: https://usaddress.readthedocs.io/en/latest/, and the run below.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check usaddress==0.5.16
cat > look.py <<'PY'
from importlib.metadata import version

import usaddress

PLACES = ("MAIN ST & OAK AVE", "MAIN ST / OAK AVE", "MAIN ST @ OAK AVE", "29XX MAIN ST", "2900 BLOCK OF MAIN ST")
seen = {}
for place in PLACES:
    parts, kind = usaddress.tag(place)
    seen[place] = (parts.get("StreetName"), parts.get("SecondStreetName"), kind)
print("usaddress", version("usaddress"), seen)
assert list(seen.values()) == [
    ("MAIN", "OAK", "Intersection"),
    ("MAIN ST OAK", None, "Ambiguous"),
    ("MAIN ST OAK", None, "Ambiguous"),
    ("MAIN", None, "Street Address"),
    ("BLOCK OF MAIN", None, "Street Address"),
], "usaddress has changed"
PY
venv/bin/python look.py
