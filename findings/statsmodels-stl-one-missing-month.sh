#!/usr/bin/env bash
# Expected: a monthly series with one month that was not published is either refused, as `seasonal_decompose` of the
#   same module refuses it, or has a hole in its trend about that month.
# What happens: `STL` takes it without error or warning, and trend, seasonal and residual are NaN in all 60 months;
#   `robust=True` changes nothing. Drawn, it is an empty chart.
# Version: statsmodels 0.15.0, pandas 2.3.3; seen on 2026-11-30.
# Source: https://www.statsmodels.org/stable/generated/statsmodels.tsa.seasonal.STL.html, and the run below.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check statsmodels==0.15.0 scipy==1.17.1 pandas==2.3.3 numpy==2.4.6
cat > look.py <<'PY'
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
from statsmodels.tsa.seasonal import STL, seasonal_decompose

months = pd.date_range("2019-01", periods=60, freq="MS")
crimes = pd.Series(900 + np.arange(60) + 80 * np.sin(np.arange(60) * np.pi / 6), index=months)
crimes.iloc[30] = np.nan
warnings.simplefilter("error")
lost = [int(STL(crimes, period=12, robust=robust).fit().trend.isna().sum()) for robust in (False, True)]
try:
    seasonal_decompose(crimes, period=12)
    refused = False
except ValueError as error:
    refused = True
    print("seasonal_decompose:", error)
print("statsmodels", version("statsmodels"), "months of 60 without a trend:", lost)
assert refused, "seasonal_decompose has changed"
assert lost == [60, 60], "STL has changed"
PY
venv/bin/python look.py
