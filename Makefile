# Everything people and machines run here. `make` alone prints the list.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types console console-check bench chaos format openapi lock clean
MAKEFLAGS += --no-builtin-rules --no-print-directory
# Compiled files are kept, whatever the environment says: a demonstration is five processes of the
# same program, and the tests start some thirty.
unexport PYTHONDONTWRITEBYTECODE

VENV    := .venv
BIN     := $(VENV)/bin
CONSOLE := src/yichuan/web/console
DIST    := src/yichuan/web/dist
NODE    := $(CURDIR)/scripts/with_node.sh
PIP     := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq

# What the console is built from: its files, and its folders, so that a deleted file counts too.
CONSOLE_SOURCES := $(shell find $(CONSOLE) -mindepth 1 \
  \( -name node_modules -o -path '$(CONSOLE)/codegen' -o -path '$(CONSOLE)/tests' \) -prune \
  -o ! -name '*.test.ts*' ! -name '*.tsbuildinfo' ! -name '*.timestamp-*' -print 2>/dev/null)
HAS_CONSOLE := $(wildcard $(CONSOLE)/package.json)

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/.node ## Make .venv with all pinned packages and build the console
	@$(MAKE) -j2 $(VENV)/.dev console  # pip and npm mostly wait, each for its own
	@echo "Ready: .venv/bin/yichuan --help, or make demo"

demo: $(VENV)/.run console ## Start the whole product with simulated couriers and a mall
	@exec $(BIN)/yichuan demo $(ARGS)

# One more than two cores: tests of pages and of processes often wait.
WORKERS := 3
test: setup ## Run every check; ARGS="-k name" goes to pytest, WORKERS=2 runs fewer at once
	@log=$$(mktemp); $(MAKE) -k lint types console-check > $$log 2>&1 & beside=$$!; \
	trap 'kill $$beside 2> /dev/null; rm -f $$log' EXIT; \
	echo "pytest; beside it ruff, mypy, console"; $(BIN)/python -m pytest -n $(WORKERS) $(ARGS); code=$$?; \
	wait $$beside || { cat $$log >&2; echo "failed beside the tests, see above" >&2; failed=1; }; \
	if [ $$code -ne 0 ] && [ $$code -ne 5 ]; then exit $$code; fi; exit $${failed:-0}

lint: $(VENV)/.dev ## Check style (ruff)
	@echo "ruff"; $(BIN)/ruff check -q . && $(BIN)/ruff format -q --check .

types: $(VENV)/.dev ## Check types (mypy --strict)
	@echo "mypy"; $(BIN)/mypy --no-error-summary

console-check: console ## Check the console's types, its unit tests, and that its client is current
ifneq ($(HAS_CONSOLE),)
	@echo "console"; $(NODE) sh -c 'cd $(CONSOLE) && npm run --silent check && npm run --silent test -- --reporter=dot'
endif
ifneq ($(wildcard $(CONSOLE)/src/api/schema.d.ts),)
	@$(MAKE) $(CONSOLE)/codegen/node_modules/.installed
	@$(NODE) npm --prefix $(CONSOLE)/codegen run --silent generate -- --check > /dev/null || \
	  { echo "the console's client differs from docs/openapi.json: make openapi" >&2; exit 1; }
endif

bench: $(VENV)/.run ## Measure; prints one JSON object per figure
	@$(BIN)/python -m bench $(ARGS)

chaos: $(VENV)/.dev ## Kill, cut, fill and hang everything (15 min; CHAOS_KILLS=10 for less; best as root)
	@cd tests && PYTHONPATH=.:../src ../$(BIN)/python -m chaos

format: $(VENV)/.dev ## Rewrite the Python files in the house style
	@$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format -q .

openapi: $(VENV)/.run $(CONSOLE)/node_modules/.installed ## Write docs/openapi.json and the console's client from it
	@$(BIN)/python scripts/write_openapi.py docs/openapi.json
	@$(NODE) npm --prefix $(CONSOLE) run --silent api

lock: $(BIN)/pip ## Pin the newest packages that fit pyproject.toml
	@scripts/lock.sh

clean: ## Remove what was built or installed; data in var/ stays
	rm -rf $(VENV) $(DIST) $(CONSOLE)/node_modules $(CONSOLE)/codegen/node_modules build src/*.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis

# --- how it is done --------------------------------------------------------------------------

define install
	@echo "Installing $$(grep -c == $(1)) pinned packages into $(VENV)"
	@$(PIP) install --no-deps -r $(1)
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q -x /console/ src/yichuan  # pip does so for all but what is ours
endef

$(BIN)/pip:
	@python=$$(scripts/find_python.sh) && echo "Making $(VENV) with $$python" && \
	rm -rf $(VENV) && "$$python" -m venv $(VENV)

# Before both: where the machine has no Node, it comes by pip into the same .venv.
$(VENV)/.node: | $(BIN)/pip
ifneq ($(HAS_CONSOLE),)
	@$(NODE) true
endif
	@touch $@

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/pip
	$(call install,requirements.lock)
	@touch $@

$(VENV)/.dev: requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/pip
	$(call install,requirements-dev.lock)
	@touch $(VENV)/.run $@

ifneq ($(HAS_CONSOLE),)
console: $(DIST)/.built
endif

%/node_modules/.installed: %/package.json %/package-lock.json | $(BIN)/pip
	@echo "Installing the packages of $*"
	@cd $* && $(NODE) npm ci --no-audit --no-fund --loglevel=error > /dev/null
	@touch $@

$(DIST)/.built: $(CONSOLE)/node_modules/.installed $(CONSOLE_SOURCES)
	@echo "Building the console"
	@$(NODE) npm --prefix $(CONSOLE) run --silent build -- --logLevel warn
	@mkdir -p $(DIST) && touch $@
