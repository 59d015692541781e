# The only entrance: `make` alone lists what there is.

PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin
AXE := tests/browser/node_modules/axe-core/axe.min.js
PIP := $(BIN)/pip install --quiet --constraint constraints.txt

.PHONY: help app test test-fast test-long check docs bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## / - /'

.venv/app-ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(PIP) torch
	$(PIP) --editable .
	@touch $@

.venv/test-ready: .venv/app-ready
	$(PIP) --editable '.[test,train]'
	@touch $@

# The judge of the accessibility tests; without npm they are skipped.
$(AXE): tests/browser/package-lock.json
	@if command -v npm >/dev/null; then cd tests/browser && npm ci --ignore-scripts --no-audit \
	  --no-fund && touch node_modules/axe-core/axe.min.js; else echo 'no npm: no axe-core'; fi

app: .venv/app-ready ## open the app; PORT=8501
	$(BIN)/streamlit run app.py --server.port $(PORT)

check: .venv/test-ready ## style, types, import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	PYTHONPATH=. $(BIN)/python -m cogapp --check -I docs docs/*.md
	$(BIN)/mkdocs build --quiet --strict --site-dir .site

docs: .venv/test-ready ## write the generated parts of docs/ anew
	PYTHONPATH=. $(BIN)/python -m cogapp -r -I docs docs/*.md

# Files keep their order: else those with one long test would come last, with nothing beside them.
test: check $(AXE) ## everything that must hold, in less than 15 minutes
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-long: check $(AXE) ## the exhaustive versions too
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m ''

bench: .venv/test-ready ## times: the network in ratios within one run, and what a person waits
	$(BIN)/python -m transcnn bench
	$(BIN)/python -m tests.browser.measure

clean: ## remove the environment and caches
	rm -rf .venv .site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis tests/browser/node_modules
