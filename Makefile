# Two commands are enough: `make demo` and `make test`. Needs Python 3.11 or newer and a package index.

PYTHON ?= python3
BIN := .venv/bin
SOURCES := pipeline tests data/generator models
# Two processes, and each file of tests within one of them: what it has set up is used by all of it.
PARALLEL := -n 2 --dist loadfile

.PHONY: demo test format soak bench-audit bench-gate samples lock clean

demo: .venv/installed
	@rm -rf build/demo && mkdir -p build
	@echo "A rehearsal: generated files, judged as if it were the day that they were made for."
	$(BIN)/clearshard run --config configs/demo.toml --as-of 2026-11-22T12:00:00Z --replay
	@echo
	$(BIN)/clearshard audit verify --config configs/demo.toml

test: .venv/installed
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(PARALLEL)

format: .venv/installed
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

soak: .venv/installed
	$(BIN)/python -m pytest -m soak

bench-audit: .venv/installed
	$(BIN)/python tests/benchmarks/bench_audit.py

bench-gate: .venv/installed
	$(BIN)/python tests/benchmarks/bench_gate.py

samples: .venv/installed
	rm -rf data/samples && $(BIN)/python -m data.generator data/samples

# Every package with its hashes and no address of an index; `uv` is needed for this target alone.
UV_COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate
lock:
	$(UV_COMPILE) pyproject.toml -o configs/lock/runtime.txt
	$(UV_COMPILE) --group dev -c configs/lock/runtime.txt pyproject.toml -o configs/lock/dev.txt

clean:
	rm -rf .venv build dist

.venv/installed: configs/lock/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r configs/lock/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
