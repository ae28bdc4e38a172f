# Two commands matter: `make conformance` and `make test`. Both set up what they need, once.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
# How many tests run at a time.
JOBS   ?= 2

.PHONY: conformance test lint types tests test-processes test-crashes test-integrations test-recipes \
  test-transformers-trackers versions matrix page bench gate pictures mutation clean

# make conformance                       the reference trainer and transformers' Trainer
# make conformance SUBJECT=mypkg:MyTrainer   yours (installed into $(VENV), or importable from here)
conformance: $(READY)
ifdef SUBJECT
	$(BIN)/loopspec check $(SUBJECT)
else
	$(BIN)/loopspec check reference
	$(BIN)/loopspec check transformers
endif

test: lint types tests

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY)
	$(BIN)/mypy

tests: $(READY)
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest --numprocesses $(JOBS) --dist loadfile -p no:benchmark
	$(BIN)/python -m coverage combine -q
	$(BIN)/python -m coverage report

# The reference on two and on four processes, as torchrun starts them; `make tests` has two.
test-processes: $(READY)
	LOOPSPEC_PROCESSES=2,4 $(BIN)/python -m pytest reference_impl/tests/test_several_processes.py

# Kills the reference everywhere, in many minutes; `make tests` has a part. Writes docs/crashes.md.
CRASHES := reference_impl/tests/crashes

test-crashes: $(READY)
	LOOPSPEC_CRASHES=all LOOPSPEC_CRASH_RESULTS=$(CRASHES) $(BIN)/python -m pytest \
	  --numprocesses $(JOBS) reference_impl/tests/test_crashes.py \
	  reference_impl/tests/test_crashes_of_several.py
	$(BIN)/python tools/write_crashes.py

# The trackers on their real packages: three environments, built once, as not all of them agree on
# what else is installed. What was compared is written down for docs/trackers.md.
test-integrations: $(READY)
	$(BIN)/python tools/run_trackers.py
	$(BIN)/python tools/write_trackers.py --check

test-integrations-%: $(READY)
	$(BIN)/python tools/run_trackers.py $*

# Those of transformers, by the same tests; many minutes, and so not part of the above.
test-transformers-trackers: $(READY)
	$(BIN)/python tools/run_trackers.py --transformers
	$(BIN)/python tools/write_trackers.py --check

# The recipes for CI, as a forge runs them: in a fresh environment, on the sample repository.
test-recipes: $(READY)
	LOOPSPEC_RECIPES=1 $(BIN)/python -m pytest tools/tests/test_recipes.py

# Judges the versions of transformers that the specification speaks of, each in its own environment.
versions: $(READY)
	$(BIN)/python tools/record_version.py
	$(BIN)/python tools/write_versions.py

# Judges other people's trainers, each in an environment of its own, and writes docs/matrix.md.
# make matrix                   all of results/subjects.toml
# make matrix NAMES="trl-sft"   these
matrix: $(READY)
	$(BIN)/python tools/matrix.py $(NAMES); status=$$?; \
	  $(BIN)/python tools/write_matrix.py && $(MAKE) page && exit $$status

# The committed results as one page to look at: docs/matrix.html.
page: $(READY)
	$(BIN)/loopspec html results/*.json -o docs/matrix.html --spec ../spec

# All benchmarks that this machine allows, in an environment with the other trainers, and their page.
bench: $(READY)
	$(BIN)/python benchmarks/run.py

# What callbacks cost the reference, against the committed counts.
gate: $(READY)
	$(BIN)/python tools/gate.py

# The pictures of the page in docs/, by an installed Chromium.
pictures: $(READY)
	$(BIN)/python tools/take_pictures.py

# Changes our own code, one place at a time, and asks the tests: tools/mutation/README.md.
mutation: $(READY)
	$(BIN)/python -m pip install --quiet --group mutation
	PYTHONPATH=tools $(BIN)/python -m mutation make $(GROUP)
	PYTHONPATH=tools $(BIN)/python -m mutation run --jobs 2 $(GROUP)
	PYTHONPATH=tools $(BIN)/python -m mutation table

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "loopspec needs Python 3.11 or newer; say which: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group dev --editable ".[reference,transformers,pytest]"
	@touch $(READY)

clean:
	rm -rf $(VENV) .venvs dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache
