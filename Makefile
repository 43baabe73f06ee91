# The usual verbs. `make check` is what CI runs.
PYTHON ?= python3
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header $(UPGRADE)


.PHONY: help check format test disturb faults fuzz guided prove thorough tries bench docs lock clean

help: ## these verbs
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

$(BIN)/ruff:
	$(PYTHON) -m course test --version

check: $(BIN)/ruff ## what CI runs: formatting, lint, types, import contracts, tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(PYTHON) -m course test

format: $(BIN)/ruff ## write the house format and the safe lint fixes
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

test: ## the tests alone; ARGS="-k bootstrap" narrows them
	$(PYTHON) -m course test $(ARGS)

disturb: $(BIN)/ruff ## a hundred honest answers under each disturbance: none may fail; ARGS="20 freeze"
	$(BIN)/python -m tests.docker.disturbed $(ARGS)

faults: $(BIN)/ruff ## do all the harm there is a test for, and write docs/faults.md; needs an engine
	rm -f build/faults.jsonl && mkdir -p build
	COURSE_FAULTS=$(CURDIR)/build/faults.jsonl $(PYTHON) -m course test -m fault $(ARGS)
	$(BIN)/python -m docs.faults build/faults.jsonl

fuzz: $(BIN)/ruff ## whatever a submission says, it is never an error; MINUTES=10 for each channel
	PYTHONPATH=sandboxes $(BIN)/python -m tests.fuzz.run --minutes $(or $(MINUTES),1) $(ARGS)

guided: $(BIN)/ruff ## every parser under a coverage-guided fuzzer; MINUTES=60 in all, ARGS=zip some
	$(BIN)/python -m pip install --quiet --disable-pip-version-check atheris==3.0.0
	PYTHONPATH=sandboxes:. $(BIN)/python -m tests.fuzz.guided --minutes $(or $(MINUTES),2) $(ARGS)

prove: $(BIN)/ruff ## every claim of every lesson in both sandboxes; takes an hour, ARGS="04 05" some
	$(PYTHON) -m course verify --sandbox embedded $(ARGS)
	$(PYTHON) -m course verify --sandbox docker $(ARGS)

thorough: $(BIN)/ruff ## every answer and cheat on many seeds in both sandboxes; hours, ARGS="04 05" some
	$(PYTHON) -m course verify --thorough --only answers --only cheats --sandbox embedded $(ARGS)
	$(PYTHON) -m course verify --thorough --only answers --only cheats --sandbox docker $(ARGS)

tries: $(BIN)/ruff ## answers that others tried, where they are: many seeds, both isolation modes
	COURSE_TRIES=full $(PYTHON) -m course test tests/lessons/test_tries.py $(ARGS)

bench: $(BIN)/ruff ## ratios against a bare baseline, as a table; ARGS="start labs --json", ARGS=--check as CI
	$(BIN)/python -m bench $(ARGS)

docs: $(BIN)/ruff ## redraw what is drawn in docs/ and prove that the pages name what exists
	$(BIN)/python -m docs.pictures
	$(BIN)/python -m docs.proofs
	$(PYTHON) -m course test tests/house $(ARGS)

lock: $(BIN)/ruff ## resolve requirements/*.txt again; UPGRADE=--upgrade takes newer versions
	$(LOCK) -o requirements/run.txt pyproject.toml requirements/build.in
	$(LOCK) -o requirements/dev.txt -c requirements/run.txt --extra dev pyproject.toml requirements/build.in
	$(LOCK) -o requirements/sandbox.txt -c requirements/run.txt requirements/sandbox.in

clean: ## remove what tools leave behind, not .venv and not a learner's work
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find course lessons sandboxes tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
