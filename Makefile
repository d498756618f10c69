# The front door. A bare `make` lists the recipes.
.DEFAULT_GOAL := help
.PHONY: help setup front browser demo test test-fast coverage dates check lint types floors bench changelog sbom audit release lock clean

PYTHON ?= python3
PORT   ?= 8000
# Tests wait for processes, pages and timers: one worker more than there are cores keeps all of them busy.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
PYTEST := $(BIN)/python -m pytest -q -p no:cacheprovider -n $(WORKERS)
PAGES  := src/bluelamp/web/static/index.html
SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' 2>/dev/null)

help: ## list the recipes
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) $(PAGES) ## make the environment in .venv and build the pages

front: $(STAMP) ## build the pages anew
	$(BIN)/python hatch_build.py

$(PAGES): $(STAMP) $(SOURCES)
	$(BIN)/python hatch_build.py

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Bluelamp needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 " + "setup") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: setup ## make the synthetic twin, load it, and serve its dashboards on PORT (8000)
	$(BIN)/bluelamp demo --serve --port $(PORT)

test: setup browser ## run the tests
	$(PYTEST) --durations=25 --durations-min=5 tests

test-fast: setup ## run the unit tests: no browser, no servers, under two minutes
	$(PYTEST) -m unit tests/unit

coverage: setup ## run the unit tests and print how much of the code they reach
	$(PYTEST) -m unit --cov --cov-report=term:skip-covered tests/unit

dates: setup ## run the tests that depend on the date, at twelve dates and hours (takes hours)
	$(BIN)/python -m tests.dates

browser: setup # a Chromium for the tests that look at the pages
	@$(BIN)/python -m tests.lib.browser.chromium

check: test lint types floors ## what CI checks, beside some tests at other dates

lint: setup ## style and spelling of the code
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m scripts.changelog check
	$(BIN)/python -m scripts.warehouse_sql --check

types: setup ## types, strictly
	$(BIN)/mypy
	$(BIN)/python frontend/generate.py --check
	PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix frontend run --silent check

floors: setup ## who may import whom
	$(BIN)/lint-imports

bench: setup ## measure, as ratios against stated floors (takes minutes and some GB in .bench)
	$(BIN)/python -m benchmarks

changelog: setup ## what the next release would say
	$(BIN)/python -m scripts.changelog preview

sbom: setup ## write the bill of materials into dist (CycloneDX)
	$(BIN)/python -m scripts.sbom

audit: setup ## known advisories about pinned packages, where its services can be reached
	@test -x .audit/bin/python || $(PYTHON) -m venv .audit
	.audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r audit-requirements.txt
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m scripts.audit

release: front ## build a release into dist, check it, and name what would be published
	$(BIN)/python -m scripts.release

lock: ## pin every package with its hash, from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--group dev --group bench --group front pyproject.toml build-requirements.in --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		audit-requirements.in --output-file audit-requirements.txt

clean: ## remove the environment, the demo and the benchmarks' files
	rm -rf $(VENV) .demo .sparse .bench .audit dist frontend/node_modules src/bluelamp/web/static
