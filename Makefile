# `make` alone lists the targets. Everything is installed into .venv, from the hashes in requirements/.

PYTHON ?= python3
EXTRAS ?=
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist loadfile
LOCK := $(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet

.DEFAULT_GOAL := help
.PHONY: help run test quick check fix bench soak mutants lock clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target text; do printf '%-14s %s\n' "$$target" "$$text"; done

run: $(VENV)/.run $(EXTRAS:%=$(VENV)/.extra-%) ## install what is needed and start the service: make run ARGS="--port 8123 --data DIR" EXTRAS="images places"
	@exec $(BIN)/analytics-service serve $(ARGS)

test: ## run the tests, and install what they need: make test ARGS="tests/domain -x"
	@PYTHON=$(PYTHON) .ci/prepare || :
	@$(MAKE) --no-print-directory --silent $(VENV)/.dev
	$(PYTEST) $(ARGS)

quick: $(VENV)/.dev ## run the tests that need no server and no browser, in about a minute
	$(PYTEST) -m quick $(ARGS)

check: $(VENV)/.dev ## check formatting, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

fix: $(VENV)/.dev ## format the code, and repair what lint can repair
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## measure performance (not part of the tests)
	$(BIN)/python -m tests.bench $(ARGS)

soak: $(VENV)/.dev ## run faults, journeys, contracts, properties and the recount at a large size
	SOAK=1 $(BIN)/python -m pytest tests/faults tests/journey tests/contracts tests/domain tests/web tests/recount $(ARGS)

mutants: $(VENV)/.mutants ## change the code at random and see whether tests fail: make mutants ARGS="--seed 1 --count 100"
	$(BIN)/python -m tests.mutants $(ARGS)

lock: ## update requirements/ from pyproject.toml: make lock ARGS=--upgrade
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: install it with 'pip install uv', or name it with UV=…" >&2; exit 1; }
	$(LOCK) pyproject.toml --group build $(ARGS) --output-file requirements/run.txt
	$(LOCK) pyproject.toml --extra images --constraints requirements/run.txt $(ARGS) --output-file requirements/images.txt
	$(LOCK) pyproject.toml --extra places --constraints requirements/run.txt $(ARGS) --output-file requirements/places.txt
	$(LOCK) pyproject.toml --group dev --constraints requirements/run.txt $(ARGS) --output-file requirements/dev.txt
	$(LOCK) --group mutants --constraints requirements/dev.txt $(ARGS) --output-file requirements/mutants.txt

clean: ## remove .venv, caches, and files of tests and builds (never your data)
	rm -rf $(VENV) .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist *.egg-info
	find . -type d -name __pycache__ -prune -exec rm -rf {} +
	find tests -type d -name output -prune -exec rm -rf {} +

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here: install Python 3.11 or newer, or name one with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed and $(PYTHON) is $$($(PYTHON) -V 2>&1): name a newer one with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: on Debian, apt-get install python3-venv" >&2; exit 1; }
	@rm -rf $(VENV) && $(PYTHON) -m venv $(VENV) && touch $@

$(VENV)/.run: $(VENV)/.made requirements/run.txt pyproject.toml
	@echo "Installing into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.extra-%: requirements/%.txt $(VENV)/.run
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(VENV)/.dev: $(VENV)/.made requirements/dev.txt pyproject.toml
	@echo "Installing into $(VENV), with what the tests need …"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.mutants: $(VENV)/.dev requirements/mutants.txt
	@$(PIP) install --require-hashes -r requirements/mutants.txt
	@touch $@
