#!/usr/bin/env bash
# Expected: an interval for the ratio of two rates holds the ratio, and moves when a population does: 3 in 1,000 against
#   5 in 100 is a ratio of 0.06.
# What happens: with `method='sqrtcc'` the populations play no part. 3 in 100, 3 in 1,000 and 3 in 100,000 against 5 in
#   100 have one and the same interval, 0.11 to 2.55, which for the latter two lies wholly above the estimate. The test
#   of the same family (`test_poisson_2indep`, `sqrt`) does use the populations, and the other intervals do.
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
from importlib.metadata import version

from statsmodels.stats.rates import confint_poisson_2indep

POPULATIONS = (100.0, 1_000.0, 100_000.0)
seen = {
    method: [confint_poisson_2indep(3, people, 5, 100.0, method=method) for people in POPULATIONS]
    for method in ("sqrtcc", "score")
}
print("statsmodels", version("statsmodels"), seen)
assert len(set(seen["sqrtcc"])) == 1, "sqrtcc has changed"
assert seen["sqrtcc"][1][0] > (3 / 1_000) / (5 / 100), "sqrtcc holds the estimate now"
assert all(low < (3 / n) / (5 / 100) < high for n, (low, high) in zip(POPULATIONS, seen["score"])), "score has changed"
PY
venv/bin/python look.py
