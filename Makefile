# Everything a person needs to work on this. `make help` lists it.
# Works as root or not; needs a Python 3.11 or newer and nothing else.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo serve test test-fast fuzz lint bench docs lock audit clean

CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11
PYTHON ?= $(shell for p in $(CANDIDATES); do command -v $$p >/dev/null 2>&1 \
	&& $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# What was published under a version is taken by its hash; the build of our own package as well.
LOCKED = $(PIP) --require-hashes --no-deps -r $(1) && $(PIP) --no-deps --no-build-isolation -e .
CODE := src tests docs/generate.py $(wildcard bench/*.py)
ARGS ?=

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/python:
	@test -n "$(PYTHON)" || { echo "make: a Python 3.11 or newer is needed; none of: $(CANDIDATES). \
	Give it as: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "make: $(PYTHON) cannot make a virtual environment; on \
	Debian and Ubuntu: apt install python3-venv" >&2; rm -rf .venv; exit 1; }
	@touch $@

# What the demo needs, and what working on it needs; the second holds the first.
.venv/embedded: pyproject.toml requirements/embedded.txt | .venv/python
	@echo "installing what the demo needs …"
	@$(call LOCKED,requirements/embedded.txt)
	@touch $@

.venv/dev: pyproject.toml requirements/dev.txt | .venv/python
	@echo "installing what development needs …"
	@$(call LOCKED,requirements/dev.txt)
	@touch $@ .venv/embedded

setup: .venv/dev ## build .venv with everything for development

demo: .venv/embedded ## run everything with made-up data; make demo ARGS='--port 8123'
	@exec $(BIN)/clientupdater demo $(ARGS)

serve: .venv/embedded ## run the HTTP server on DATABASE_URL; make serve ARGS='--port 8123'
	@exec $(BIN)/clientupdater serve $(ARGS)

test: .venv/dev ## run all tests, on servers that they start themselves
	$(BIN)/pytest --cov -n auto --maxprocesses 8 --dist worksteal $(ARGS)

test-fast: .venv/dev ## run the tests that need no server
	$(BIN)/pytest tests/unit tests/architecture $(ARGS)

fuzz: .venv/dev ## send a hundred requests of chance to every operation, each time others
	CLIENTUPDATER_FUZZ_EXAMPLES=100 CLIENTUPDATER_FUZZ_SEED=$$RANDOM \
		$(BIN)/pytest tests/entrypoints/test_http_fuzz.py $(ARGS)

lint: .venv/dev ## ruff, mypy, import contracts, squawk
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/squawk $$(ls sql/migrations/*.sql | grep -v '\.down\.sql$$')

bench: .venv/dev ## measure; the figures depend on the machine
	@for each in bench/bench_*.py; do \
		test -e "$$each" || { echo "nothing to measure yet"; exit 0; }; \
		$(BIN)/python "$$each" $(ARGS) || exit 1; done

docs: .venv/dev ## write the documents that are made from the code
	$(BIN)/python docs/generate.py

lock: .venv/python ## write requirements/*.txt: the versions of constraints.txt, with their hashes
	@$(PIP) uv
	@for each in embedded dev; do printf 'hatchling\neditables\n' | $(BIN)/uv pip compile pyproject.toml - \
		--extra $$each -c constraints.txt --universal --generate-hashes --no-annotate \
		--no-header --quiet --output-file requirements/$$each.txt || exit 1; done

audit: .venv/python ## ask the internet which of these versions are known to be vulnerable
	@test -d .venv/audit || $(PYTHON) -m venv .venv/audit
	@.venv/audit/bin/pip install --quiet --disable-pip-version-check pip-audit
	.venv/audit/bin/pip-audit --require-hashes --disable-pip -r requirements/dev.txt

clean: ## remove what can be made again; the demo's data stays
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist .coverage
	find src tests docs bench -name __pycache__ -type d -prune -exec rm -rf {} +
