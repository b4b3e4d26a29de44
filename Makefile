# Everything a person needs to work on this. `make help` lists it.
# It works as root or not, and needs only Python 3.11 or newer.

SHELL := /bin/bash
.DEFAULT_GOAL := help
# Modules are compiled once, not by each of the hundreds of processes that tests start.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help setup demo serve test test-fast thorough fuzz lint bench docs lock audit sbom clean faults together

CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11
PYTHON ?= $(shell for p in $(CANDIDATES); do command -v $$p >/dev/null 2>&1 \
	&& $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Everything is installed by its hash; our own package is built from the working tree.
LOCKED = $(PIP) --require-hashes --no-deps -r $(1) && $(PIP) --no-deps --no-build-isolation -e .
CODE := src tests docs/generate.py bench
# Coverage of the domain is measured where only its unit tests run: it slows everything else by a fifth.
# Tests wait for servers and commands, so there is one process more than cores; each takes whole files.
BESIDE := -n $(shell $(PYTHON) -c 'import os; print(min(8, (os.cpu_count() or 1) + 1))') \
	--dist loadfile --no-loadscope-reorder
ARGS ?=
ONLY ?= $(patsubst bench/bench_%.py,%,$(wildcard bench/bench_*.py))

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/python:
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed, and none of these is: $(CANDIDATES). \
	Name one: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "make: $(PYTHON) cannot make a virtual environment; on \
	Debian and Ubuntu: apt install python3-venv" >&2; rm -rf .venv; exit 1; }
	@touch $@

# Packages for the demo, and packages for development, which include them.
.venv/embedded: pyproject.toml requirements/embedded.txt | .venv/python
	@echo "installing packages for the demo …"
	@$(call LOCKED,requirements/embedded.txt)
	@touch $@

.venv/dev: pyproject.toml requirements/dev.txt | .venv/python
	@echo "installing packages for development …"
	@$(call LOCKED,requirements/dev.txt)
	@touch $@ .venv/embedded

.venv/bench: pyproject.toml requirements/bench.txt | .venv/python
	@echo "installing packages for the benchmarks …"
	@$(call LOCKED,requirements/bench.txt)
	@touch $@ .venv/dev .venv/embedded

setup: .venv/dev ## build .venv with everything for development

demo: .venv/embedded ## run everything with made-up data; make demo ARGS='--port 8123'
	@exec $(BIN)/clientupdater demo $(ARGS)

serve: .venv/embedded ## run the HTTP server on DATABASE_URL; make serve ARGS='--port 8123'
	@exec $(BIN)/clientupdater serve $(ARGS)

test: .venv/dev ## run all tests, with a PostgreSQL and a Redis of their own
	@$(BIN)/python -m compileall -q -j 0 src
	$(BIN)/pytest tests/unit tests/architecture --cov=clientupdater.domain $(ARGS)
	$(BIN)/pytest --ignore=tests/unit --ignore=tests/architecture $(BESIDE) $(ARGS)

test-fast: .venv/dev ## run the tests that need no server
	$(BIN)/pytest tests/unit tests/architecture $(ARGS)

thorough: .venv/dev ## go through all random worlds and kills, of which `make test` takes some
	CLIENTUPDATER_THOROUGH=true $(BIN)/pytest $(BESIDE) --dist worksteal $(ARGS) \
		$$(grep -rl --include='test_*.py' 'import some_of' tests)

fuzz: .venv/dev ## send a hundred random requests to every operation
	CLIENTUPDATER_FUZZ_EXAMPLES=100 CLIENTUPDATER_FUZZ_SEED=$$RANDOM \
		$(BIN)/pytest tests/entrypoints/test_http_fuzz.py $(ARGS)

faults: .venv/dev ## go through each fault three times, and print what callers felt
	@export CLIENTUPDATER_FAULT_REPORT=$$(mktemp) && trap 'rm -f "$$CLIENTUPDATER_FAULT_REPORT"' EXIT && \
		CLIENTUPDATER_FAULT_ROUNDS=3 CLIENTUPDATER_FAULT_CALLS=100 CLIENTUPDATER_FAULT_SLEEP_S=60 \
		$(BIN)/pytest tests/faults/test_updates_through_faults.py $(ARGS) && \
		printf '| fault, three times | updates | tries without a response that says what happened | longest silence, s |\n| --- | --- | --- | --- |\n' && \
		cat "$$CLIENTUPDATER_FAULT_REPORT"
	@for round in 1 2 3; do $(BIN)/pytest $$($(BIN)/python -m tests.support.fault_scenarios) $(ARGS) || exit 1; done

together: .venv/dev ## run everything at once for ten minutes, and kill one process of each kind
	CLIENTUPDATER_FAULT_SECONDS=600 $(BIN)/pytest -s tests/faults/test_everything_at_once.py $(ARGS)

lint: .venv/dev ## ruff, mypy, import contracts, squawk
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/squawk $$(ls sql/migrations/*.sql | grep -v '\.down\.sql$$')

# One folder keeps the filled databases for all benchmarks of a run.
bench: .venv/bench ## run the benchmarks and write docs/performance.md; make bench ONLY=http ARGS='--rounds 1'
	@export BENCH_DATA=$$(mktemp -d) && trap 'rm -rf "$$BENCH_DATA"' EXIT && \
		for each in $(ONLY); do $(BIN)/python bench/bench_$$each.py $(ARGS) || exit 1; done
	$(BIN)/python bench/report.py

docs: .venv/dev ## write the documents that are generated from the code
	$(BIN)/python docs/generate.py

lock: .venv/python ## write requirements/*.txt from constraints.txt, with hashes
	@$(PIP) uv
	@for each in production all embedded dev bench; do printf 'hatchling\neditables\n' | $(BIN)/uv pip compile pyproject.toml - \
		$$(test $$each = production || echo --extra $$each) -c constraints.txt --universal --generate-hashes --no-annotate \
		--no-header --quiet --output-file requirements/$$each.txt || exit 1; done

audit: .venv/python ## check the installed versions for known vulnerabilities, online
	@test -d .venv/audit || $(PYTHON) -m venv .venv/audit
	@.venv/audit/bin/pip install --quiet --disable-pip-version-check pip-audit
	.venv/audit/bin/pip-audit --require-hashes --disable-pip -r requirements/dev.txt

sbom: .venv/python ## write sbom.json, the bill of materials of what is installed, as CycloneDX
	@test -d .venv/sbom || $(PYTHON) -m venv .venv/sbom
	@.venv/sbom/bin/pip install --quiet --disable-pip-version-check cyclonedx-bom
	.venv/sbom/bin/cyclonedx-py requirements requirements/embedded.txt --pyproject pyproject.toml \
		--output-reproducible -o sbom.json

clean: ## remove caches and builds; the demo's data stays
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist .coverage
	find src tests docs bench -name __pycache__ -type d -prune -exec rm -rf {} +
