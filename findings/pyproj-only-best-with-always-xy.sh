#!/usr/bin/env bash
# Expected: `only_best=True` asks for the best known transformation or none. For the British grid that one needs the
#   grid file of the Ordnance Survey, which the wheel has not; so a transformer gives no coordinates, in whichever order
#   of axes.
# What happens: without `always_xy` it gives infinity (or raises with `errcheck`). With `always_xy=True`, which nearly
#   all code sets, `only_best` is without effect: a position comes back by the seven-parameter shift of 2 m stated
#   accuracy, some metres off, and neither `errcheck` nor a warning tells.
# Version: pyproj 3.7.2 with its PROJ 9.5.1; seen on 2026-11-30.
# Source: https://pyproj4.github.io/pyproj/stable/api/transformer.html (only_best), and the run below.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyproj==3.7.2
cat > look.py <<'PY'
import os

os.environ["PROJ_NETWORK"] = "OFF"
import math
import warnings

import pyproj
from pyproj import Transformer

warnings.simplefilter("error")


def look(xy: bool, check: bool) -> tuple[float, float] | str:
    transformer = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=xy, only_best=True)
    try:
        return transformer.transform(530_000, 180_000, errcheck=check)
    except pyproj.exceptions.ProjError as error:
        return f"raised: {error}"


seen = {(xy, check): look(xy, check) for xy in (False, True) for check in (False, True)}
print("pyproj", pyproj.__version__, "PROJ", pyproj.proj_version_str, seen)
assert seen[False, False] == (math.inf, math.inf), "the order of the authority has changed"
assert str(seen[False, True]).startswith("raised"), "errcheck has changed"
for check in (False, True):
    east, north = seen[True, check]
    assert abs(east + 0.128354) < 1e-5 and abs(north - 51.503991) < 1e-5, "always_xy heeds only_best now"
PY
venv/bin/python look.py
