"""What the claims about speed rest on. `python -m benchmarks` measures and prints ratios; README.md states figures."""
