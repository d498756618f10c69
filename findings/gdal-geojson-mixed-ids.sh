#!/usr/bin/env bash
# Expected: GeoJSON allows a number or a text as the id of each feature. GDAL keeps text ids in a column `id`, so a
#   collection with both keeps both, whichever comes first.
# What happens: when the first id is a number, GDAL makes no `id` column and every later text id is lost: the feature
#   gets a free number instead. With the text first both are kept, as text. A feed that merges a register with serial
#   numbers and one with letters loses half of its ids by the order of its rows; nothing is said.
# Version: pyogrio 0.13.0 with its GDAL 3.12.4; seen on 2026-11-30.
# Source: https://gdal.org/en/stable/drivers/vector/geojson.html (feature ids), RFC 7946 section 3.2, and the run below.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyogrio==0.13.0 geopandas==1.2.0 pandas==2.3.3
cat > look.py <<'PY'
import json
import warnings
from pathlib import Path

import pyogrio


def look(ids: list[object]) -> tuple[list[int], list[str] | None]:
    point = {"type": "Point", "coordinates": [-98.5, 29.4]}
    features = [{"type": "Feature", "id": name, "properties": {"n": 1}, "geometry": point} for name in ids]
    Path("calls.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    frame = pyogrio.read_dataframe("calls.geojson", fid_as_index=True)
    return list(frame.index), frame["id"].tolist() if "id" in frame else None


warnings.simplefilter("error")
text_first, number_first = look(["P17", 7]), look([7, "P17"])
print("pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version__, text_first, number_first)
assert text_first[1] == ["P17", "7"], "a text id in front has changed"
assert number_first == ([7, 0], None), "a text id behind a number is kept now"
PY
venv/bin/python look.py
