#!/usr/bin/env bash
# Expected: an interval for a rate, or for the ratio of two rates, where one count is 0 has a width: no burglary in one
#   ward and five in its neighbour leave much open. The exact interval of a count of 0 over 100 reaches from 0 to 0.037.
# What happens: the default interval of a ratio (`score`) is one point, and that point is not even the estimate: 0
#   against 5 gives 0.768 to 0.768 where the estimate is 0. For a single rate `midp-c` gives 0.02996 to 0.02996 for an
#   estimate of 0, and `sqrt` does the like. No error is raised; for the single rate nothing warns.
# Version: statsmodels 0.15.0, scipy 1.17.1; seen on 2026-11-30.
# Source: https://www.statsmodels.org/stable/generated/statsmodels.stats.rates.confint_poisson_2indep.html, and the run
#   below.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check statsmodels==0.15.0 scipy==1.17.1 pandas==2.3.3 numpy==2.4.6
cat > look.py <<'PY'
import warnings
from importlib.metadata import version

from statsmodels.stats.rates import confint_poisson, confint_poisson_2indep

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    ratio = confint_poisson_2indep(0, 100.0, 5, 100.0)
    other = confint_poisson_2indep(1, 100.0, 5, 100.0)
with warnings.catch_warnings():
    warnings.simplefilter("error")
    rate = {method: confint_poisson(0, 100.0, method=method) for method in ("exact-c", "midp-c", "sqrt")}
print("statsmodels", version("statsmodels"), "ratio of 0 to 5:", ratio, "of 1 to 5:", other, "rate of 0:", rate)
assert other[1] - other[0] > 0.5, "the interval of a count of 1 has changed"
assert abs(ratio[1] - ratio[0]) < 1e-6 < ratio[0], "the interval of the ratio has changed"
assert rate["exact-c"][1] - rate["exact-c"][0] > 0.03, "the exact interval has changed"
for method in ("midp-c", "sqrt"):
    low, high = rate[method]
    assert abs(high - low) < 1e-6 < low, f"{method} has changed"
PY
venv/bin/python look.py
