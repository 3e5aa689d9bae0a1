# Two commands do everything on a fresh machine: make demo, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PACKAGES := autograder/eds_autograder datasets/eds_datasets leaderboard/eds_leaderboard
SOURCES := $(shell find $(PACKAGES) -type f -not -name '*.pyc')

.PHONY: demo test lint build release clean

demo: $(VENV)/.installed  ## a whole course and a hackathon, end to end
	$(BIN)/eds demo

test: lint  ## everything that must hold
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

build: $(VENV)/.installed  ## notebooks from the lessons' texts, releases from the notebooks
	$(BIN)/eds course build
	$(BIN)/eds course release

# the built wheel is what runs and what is tested, never the folders of this clone
$(VENV)/.installed: $(VENV)/.dependencies $(SOURCES)
	$(PIP) install --quiet --no-deps --no-build-isolation --force-reinstall .
	touch $@

$(VENV)/.dependencies: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --constraint constraints.txt ".[test]"
	touch $@

clean:
	rm -rf $(VENV) .eds build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
