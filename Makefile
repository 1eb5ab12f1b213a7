# make        create .venv and install CNNViz into it, with the system libraries that are missing
# make run    open the window (without a display: draw it into a file)
# make test   run the tests
# make lint   run the checkers of style, types and imports

PYTHON ?= python3
ARGS ?=
PYTEST_ARGS ?=

BIN := .venv/bin
INSTALLED := .venv/installed
WINDOW := build/cnnviz.png

.PHONY: all run test lint clean

all: $(INSTALLED)

# Done again only when the dependencies change: everything else is used in place.
$(INSTALLED): pyproject.toml scripts/install_system_packages.sh
	@./scripts/install_system_packages.sh
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "CNNViz needs Python 3.11 or newer; name one with: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Installing CNNViz and what it needs into .venv (PyTorch is large: a minute or more)"
	@$(BIN)/python -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

run: $(INSTALLED)
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY$$QT_QPA_PLATFORM" ] || [ "$$(uname)" = Darwin ]; then \
	    $(BIN)/cnnviz $(ARGS); \
	else \
	    mkdir -p $(dir $(WINDOW)) && $(BIN)/cnnviz --screenshot $(WINDOW) --size 1440x900 $(ARGS) && \
	    echo "There is no display, so the window was drawn off screen: $(CURDIR)/$(WINDOW)"; \
	fi

# Each of the workers takes one core: with more threads they stand in each other's way and take twice as long.
test: $(INSTALLED)
	@OMP_NUM_THREADS=1 QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n auto --maxprocesses 8 --dist worksteal $(PYTEST_ARGS)

lint: $(INSTALLED)
	@status=0; for check in "ruff check ." "ruff format --check ." "mypy --strict" "lint-imports"; do \
	    echo "$$check"; $(BIN)/$$check || status=1; \
	done; exit $$status

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .coverage .coverage.*
