# `make help` lists the targets. Everything is installed into .venv, from files that pin each
# package by version and hash; nothing outside this folder changes, except by `make tools`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# Any Python from 3.11 on. `make demo PYTHON=python3.12` chooses one.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input
TOPOLOGY ?= topologies/quickstart.yaml
# One worker per core; tests of one lab stay together. `make test PYTEST_ARGS="-x tests/test_ledger.py"` runs something else.
PYTEST_ARGS ?= -n auto --dist loadgroup

##@ Use

.PHONY: demo
demo: $(VENV)/.run ## design, verify and plan the push of topologies/quickstart.yaml
	@for step in "design" "verify" "push --dry-run --offline"; do \
		printf '\n$$ fabric %s %s\n' "$$step" "$(TOPOLOGY)"; \
		$(BIN)/fabric $$step $(TOPOLOGY); \
	done

##@ Work

.PHONY: test
test: $(VENV)/.test ## run the whole test suite; tests of missing programs are skipped by name
	$(BIN)/python -m pytest $(PYTEST_ARGS)

.PHONY: check
check: lint ## style, format and types
	$(BIN)/mypy

.PHONY: lint
lint: $(VENV)/.test ## style and format only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: format
format: $(VENV)/.test ## format the code and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: golden
golden: $(VENV)/.test ## write the golden outputs anew; read `git diff tests/golden` afterwards
	$(BIN)/python -m pytest -m golden --write-golden

# A Batfish service must answer on this machine, or at BATFISH_HOST. PROVE_ARGS names topologies.
.PHONY: prove
prove: $(VENV)/.test ## have Batfish judge the example topologies; keeps its word in tests/batfish/receipts
	$(BIN)/python tests/batfish/prove.py $(PROVE_ARGS)

.PHONY: faults
faults: $(VENV)/.test ## have Batfish judge the seeded faults; writes the table in docs/verification.md
	$(BIN)/python tests/faults/record.py $(FAULTS_ARGS)

.PHONY: bench
bench: $(VENV)/.run ## measure barefabric and its peers, write benchmarks/RESULTS.md
	$(BIN)/python benchmarks/run.py $(BENCH_ARGS)

.PHONY: bench-verify
bench-verify: $(VENV)/.run ## measure fabric verify with none, one and two failures, for benchmarks/RESULTS.md
	$(BIN)/python benchmarks/verify_fabric.py $(BENCH_ARGS)
	$(BIN)/python benchmarks/run.py --report

# As root, on a machine that does little else: some ten minutes each.
.PHONY: lab-record
lab-record: $(VENV)/.test ## break a lab in every way and record what it cost, for notebooks/failures.ipynb
	$(BIN)/python benchmarks/lab.py failures

.PHONY: lab-scale
lab-scale: $(VENV)/.test ## measure how large a lab can be, for benchmarks/RESULTS.md
	$(BIN)/python benchmarks/lab.py scale
	$(BIN)/python benchmarks/run.py --report

.PHONY: tools
tools: ## install the programs that judge our output and run labs, from Debian's packages; starts no daemon
	@.ci/install-programs

.PHONY: venv
venv: $(VENV)/.test ## everything a developer needs, in .venv

.PHONY: lock
lock: ## solve requirements/*.txt anew; `make lock LOCK_ARGS=--upgrade` takes newer versions
	@requirements/lock $(PYTHON) $(LOCK_ARGS)

.PHONY: clean
clean: ## remove .venv, build/ and caches
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis benchmarks/.scratch
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help:
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Stamp files. Each is newer than what was installed from; a second run installs nothing.

$(VENV)/.venv: requirements/build.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found. Say which one: make PYTHON=/path/to/python3" >&2; exit 3; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make a virtual environment: its venv or ensurepip module is missing." >&2; \
		echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 3; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --require-hashes --requirement requirements/build.txt
	@touch $@

# Without build isolation the build tools are the pinned ones too.
$(VENV)/.run: $(VENV)/.venv requirements/run.txt pyproject.toml
	@echo "Installing barefabric from requirements/run.txt"
	@$(PIP) install --no-build-isolation --require-hashes --requirement requirements/run.txt
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	@echo "Installing what the tests need from requirements/test.txt"
	@$(PIP) install --no-build-isolation --require-hashes --requirement requirements/test.txt
	@touch $@
