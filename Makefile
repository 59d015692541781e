# The only entrance: `make` alone lists what there is.

PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin
NODE := node_modules/.package-lock.json
LOCK := $(wildcard requirements/*.txt)
# Its needs are installed from the lock before; the package itself is built by what is there.
EDITABLE := $(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .

.PHONY: help app class test test-fast test-long coverage check check-js docs lock audit bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## / - /'

.venv/app-ready: pyproject.toml $(LOCK)
	$(PYTHON) -m venv .venv
	$(BIN)/python requirements/install.py app
	$(EDITABLE)
	@touch $@

.venv/test-ready: .venv/app-ready
	$(BIN)/python requirements/install.py test
	@touch $@

# Apart from the app, whose versions it asks about.
.venv/supply/ready: requirements/supply.txt
	$(PYTHON) -m venv .venv/supply
	.venv/supply/bin/python requirements/install.py supply
	@touch $@

# What checks the JavaScript and the accessibility; the app needs none of it.
$(NODE): package-lock.json
	@if command -v npm >/dev/null; then npm ci --ignore-scripts --no-audit --no-fund; \
	  else echo 'no npm: JavaScript and accessibility are not checked'; fi

class: .venv/app-ready ## serve the app to a class on the local network; PORT=8501
	$(BIN)/python -m transcnn class --port $(PORT)

app: .venv/app-ready ## open the app; PORT=8501
	$(BIN)/python -m transcnn app --port $(PORT)

check: .venv/test-ready $(NODE) ## style, types, import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/ruff check --quiet --preview --select PLW1514 .  # every text file names its encoding
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory check-js; fi
	PYTHONPATH=. $(BIN)/python -m cogapp --check -I docs docs/*.md
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict --site-dir .site

docs: .venv/test-ready ## write the generated parts of docs/ anew
	PYTHONPATH=. $(BIN)/python -m cogapp -r -I docs docs/*.md

check-js: $(NODE) ## the browser's code: types, lint, style, numbers against the library's
	npm run --silent check
	PYTHONPATH=. $(BIN)/python -m tests.js.write_expected
	npm test --silent

# Files keep the order of tests/conftest.py, slow ones first: else one of them would come last, alone.
test: check ## everything that must hold, in a real browser too
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-fast: .venv/test-ready ## no browser, no training: an answer in less than 2 minutes
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m 'not long and not slow'

coverage: .venv/test-ready ## what the fast tests run of the code; it may not fall
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m 'not long and not slow' \
	  --cov=transcnn --cov-report=term:skip-covered --cov-fail-under=58

test-long: check ## the exhaustive versions too
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m ''

lock: .venv/supply/ready ## write the lock (requirements/) anew; UPGRADE=--upgrade
	.venv/supply/bin/python requirements/lock.py $(UPGRADE)

# A package that nobody can say anything about is an error, too.
audit: .venv/supply/ready ## ask for known vulnerabilities in what is locked
	for list in app test cuda supply; do \
	  .venv/supply/bin/pip-audit --strict --require-hashes --disable-pip \
	    --requirement requirements/$$list.txt || exit; done
	@if command -v npm >/dev/null; then npm audit; fi

bench: .venv/test-ready ## times: the network in ratios within one run, and what a person waits
	$(BIN)/python -m transcnn bench
	$(BIN)/python -m tests.browser.measure

clean: ## remove the environment and caches
	rm -rf .venv .site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis node_modules
