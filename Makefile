# The commands of a checkout. Each needs only python3 (3.11 or later) and make; what it installs goes into .venv.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt

DEMO := runs/demo
SEED := 7

.DEFAULT_GOAL := help
.PHONY: help demo test lint format style types layers check clean

help: ## say what there is
	@sed -n 's/^\([a-z]*\):[^#]*## /make \1\t/p' Makefile | expand -t 14

demo: $(VENV)/installed ## make 20 dialogues from the tools that come with toolgraph and print three of them
	$(BIN)/toolgraph generate -n 20 --seed $(SEED) --out $(DEMO)
	$(BIN)/toolgraph show $(DEMO) -n 3

test: $(VENV)/installed-dev ## run the tests
	$(BIN)/pytest -n 3 --dist loadfile # many tests wait for a server; those of a file stay together

lint: format style types layers ## check format, style, types and layers

format: $(VENV)/installed-dev
	$(BIN)/ruff format --check --quiet .

style: $(VENV)/installed-dev
	$(BIN)/ruff check --output-format concise .

types: $(VENV)/installed-dev
	$(BIN)/mypy

layers: $(VENV)/installed-dev
	$(BIN)/lint-imports

check: lint test ## everything that must hold before a commit

clean: ## remove what make made: the environment, the demo, caches
	rm -rf $(VENV) $(DEMO) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The build backend is installed beside the rest, so that constraints.txt holds for it too.
$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) hatchling
	$(INSTALL) --no-build-isolation --editable '.[embedded]'
	touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) hatchling
	$(INSTALL) --no-build-isolation --editable '.[embedded,mcp,dev]'
	touch $(VENV)/installed $@
