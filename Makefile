PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint bench soak docs

# Install Omvei, load the simulated example into ./example, and show it in the browser.
run: $(VENV)/.installed
	$(BIN)/omvei -w example demo
	$(BIN)/omvei -w example serve --port 8321

# Everything that must hold before a change is merged. Every answer is asked once first: that
# compiles the kernels, which else each process would do for itself.
test: lint
	$(BIN)/python -m pytest -q -n 2 tests/test_json.py
	$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

# Form and types.
lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Speed and memory, beside what others need for the same answer.
bench: $(VENV)/.installed-dev
	$(BIN)/python -m bench

# Long runs: large data, many rounds, crashes in the middle.
soak: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -q soak

# Draw the pictures of the docs again.
docs: $(VENV)/.installed-dev
	$(BIN)/python docs/pictures.py

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# The install is editable: a later `git pull` needs no second one.
$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.lock
	touch $@
