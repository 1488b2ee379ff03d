# Two commands are enough: `make demo` and `make test`. Needs Python 3.11 or newer and a package index.

PYTHON ?= python3
BIN := .venv/bin
SOURCES := pipeline tests data/generator models configs
# Each file of tests within one process: what it has set up is used by all of it. Three, since some wait
# for commands that they have started, and in their order: by number of tests the longest would be last.
PARALLEL := -n 3 --dist loadfile --no-loadscope-reorder

# Where it is set, as in many containers, each of the hundreds of commands and workers that tests start
# would compile the project anew, and each process of tests the tests.
unexport PYTHONDONTWRITEBYTECODE

# Tests write some hundred thousand small files, on a disk a tenth of all their time. So these lie in
# memory where that has room and lets scripts run, unless TMPDIR says where, and are gone afterwards.
# A short name: sockets have one of at most 107 letters.
MEMORY := /dev/shm
IN_MEMORY = \
	room=$$(df -Pk $(MEMORY) 2>/dev/null | awk 'END { print int($$4) }'); \
	if [ -z "$$TMPDIR" ] && [ "$${room:-0}" -ge 2000000 ] && folder=$$(mktemp -d $(MEMORY)/cs.XXXXXX); \
	then \
		trap 'rm -rf "$$folder"' EXIT; trap 'exit 1' INT TERM HUP; \
		script=$$folder/script; : >"$$script"; chmod u+x "$$script"; \
		if [ -x "$$script" ]; then TMPDIR=$$folder; export TMPDIR; fi; \
	fi

.PHONY: demo test slow servers format soak audit bench-audit bench-gate bench-night bench-purge leave-one-out tagger samples lock clean

demo: .venv/installed
	@rm -rf build/demo && mkdir -p build
	@echo
	@echo "1. A run. The files in data/samples are generated: 376 calls of customers of whom some have opted out,"
	@echo "   are under a BAA or were on the EU server, and one transcript of every fault. It decides on each,"
	@echo "   redacts what may be used, and writes shards to build/demo. A rehearsal: it is judged as if it were"
	@echo "   the day that the files were made for. About half a minute."
	@echo
	$(BIN)/clearshard run --config configs/demo.toml --as-of 2026-11-22T12:00:00Z --replay
	@echo
	@echo "2. What training gets: the beginning of the first call. Its values are numbered by who or what they name."
	@echo
	$(BIN)/python -c 'import pyarrow.dataset as d; print(d.dataset("build/demo/shards").head(1)["text"][0].as_py()[:400], "...")'
	@echo
	@echo "3. Why is a file not in the shards? This one names the rule, its source, and what would have to change."
	@echo
	$(BIN)/clearshard audit explain call-0052 --config configs/demo.toml
	@echo
	@echo "4. Has anybody touched what was recorded? Every file, row and event is checked."
	@echo
	$(BIN)/clearshard audit verify --config configs/demo.toml

test: .venv/installed
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/lint-imports
	@mkdir -p build
	@echo '$(BIN)/mypy & $(BIN)/python -m pytest $(PARALLEL)'
	@$(IN_MEMORY); \
	$(BIN)/mypy >build/types.txt 2>&1 & types=$$!; \
	$(BIN)/python -m pytest $(PARALLEL); tests=$$?; \
	wait $$types; types=$$?; cat build/types.txt; \
	exit $$(( tests | types ))

format: .venv/installed
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

# What takes seconds each, above all commands and processes that are started, killed and waited for.
slow: .venv/installed
	@$(IN_MEMORY); $(BIN)/python -m pytest -m 'slow and not soak' $(PARALLEL)

# Against servers that exist: S3, PostgreSQL, a cluster. Started on this machine by the tests themselves.
servers: .venv/installed
	$(BIN)/python -m pytest -m servers

soak: .venv/installed
	$(BIN)/python -m pytest -m soak

# In an environment of its own: what it needs is no part of the tests.
audit: build/audit/installed
	build/audit/bin/python .ci/audit.py

build/audit/installed: configs/lock/audit.txt
	$(PYTHON) -m venv build/audit
	build/audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r configs/lock/audit.txt
	@touch $@

bench-audit: .venv/installed
	$(BIN)/python tests/benchmarks/bench_audit.py

bench-gate: .venv/installed
	$(BIN)/python tests/benchmarks/bench_gate.py

bench-night: .venv/installed
	@rm -rf build/night
	$(BIN)/python tests/benchmarks/bench_night.py build/night

bench-purge: .venv/installed
	@rm -rf build/purge
	$(BIN)/python tests/benchmarks/bench_purge.py build/purge

# On sources that the tagger has not learned from: six trainings, each some minutes of a quiet core.
PYTHON_TRAIN ?= build/train/bin/python
LEARNING := PYTHONPATH=.:models/speech_en $(PYTHON_TRAIN) models/tagger_en
leave-one-out: $(PYTHON_TRAIN)
	$(LEARNING)/leave_one_out.py $(CORPORA) $(GOLD)

# The weights of the tagger: half an hour of a quiet core.
tagger: $(PYTHON_TRAIN)
	$(LEARNING)/train_tagger.py $(CORPORA) build/trained.npz
	$(LEARNING)/calibrate.py $(CORPORA) build/trained.npz models/tagger_en/tagger.npz

# PyTorch is needed to learn, and for nothing else.
build/train/bin/python: configs/lock/dev.txt configs/lock/train.txt
	$(PYTHON) -m venv build/train
	build/train/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r configs/lock/dev.txt -r configs/lock/train.txt
	build/train/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

samples: .venv/installed
	rm -rf data/samples && $(BIN)/python -m data.generator data/samples

# Every package with its hashes and no address of an index; `uv` is needed for this target alone.
UV_COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate
# What is in an image (Dockerfile): every extra but Ray; and with Ray and what KubeRay asks of it.
OF_IMAGES := -c configs/lock/dev.txt \
	$(foreach extra,databases lineage metrics stores surrogates,--extra $(extra))
lock:
	$(UV_COMPILE) pyproject.toml -o configs/lock/runtime.txt
	$(UV_COMPILE) --group dev -c configs/lock/runtime.txt pyproject.toml -o configs/lock/dev.txt
	echo "pip-audit" | $(UV_COMPILE) - -o configs/lock/audit.txt
	echo "torch==2.14.1" | $(UV_COMPILE) -c configs/lock/dev.txt - -o configs/lock/train.txt
	printf 'build\nhatchling\n' | $(UV_COMPILE) -c configs/lock/dev.txt - -o configs/lock/build.txt
	$(UV_COMPILE) $(OF_IMAGES) pyproject.toml -o configs/lock/image.txt
	echo "ray[default]" | $(UV_COMPILE) $(OF_IMAGES) pyproject.toml - -o configs/lock/cluster.txt
	@mkdir -p build
	$(BIN)/python .ci/sbom.py >build/sbom.json && mv build/sbom.json configs/lock/sbom.cdx.json

clean:
	rm -rf .venv build dist

.venv/installed: configs/lock/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@echo "installing into .venv, from a lock with hashes: about a minute"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r configs/lock/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
