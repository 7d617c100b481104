# Two commands do all of their own set-up: make demo, make test.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Where torch's CPU build comes from; empty: the usual index. Elsewhere a plain torch pulls gigabytes of CUDA, so set for example
#   make setup TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
TORCH ?= torch==2.13.0
DATA ?=
STAMP := $(VENV)/.setup-done

.PHONY: help setup demo test browser check lint types contracts eval bench train-sense screenshots schemas lock clean

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## Create .venv with all that tests, evals and the demo need

$(STAMP): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit("Rapport needs Python 3.11 or newer; this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) "$(TORCH)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: setup ## The sample company, and the service; RESET=1 starts over
	$(BIN)/copilot demo $(if $(RESET),--reset)

# By file: what the tests of a file share is made in one of the two processes, not in both. In the order of tests/conftest.py, not by the
# number of a file's tests: the longest have few.
test: setup browser ## Everything that is tested; FULL=1 runs the long matrices whole
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

APT_INSTALL := apt-get install -y -q --no-install-recommends
browser: ## The Chromium of the browser tests, installed where this may be done; else they are skipped (under CI=true: they fail)
	@{ command -v chromium-headless-shell && { command -v chromium || command -v google-chrome; }; } >/dev/null \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get -o Acquire::http::Timeout=20 update -q \
	    && { $(APT_INSTALL) chromium chromium-headless-shell || $(APT_INSTALL) chromium; }; } \
	  || { command -v chromium || command -v google-chrome; } >/dev/null \
	  || echo "There is no Chromium here: browser tests are skipped. Install it with: apt-get install chromium chromium-headless-shell"

check: setup lint types contracts ## Lint, types, import contracts

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports

eval: setup ## The offline suite on every case, held to its gates; report and JUnit in .evals/
	rm -rf .evals/ci
	$(BIN)/copilot eval run offline --name ci
	$(BIN)/copilot eval gate ci --complete --html .evals/ci.html --junit .evals/ci.xml

bench: setup ## Every figure, beside its baseline; DATA=folder adds the public data sets
	$(BIN)/python -m evals.bench $(DATA)

screenshots: setup browser ## The pictures of the README, from the sample company in a real browser
	$(BIN)/python -m tests.web.screenshots

schemas: setup ## Write the JSON Schemas of the formats again
	$(BIN)/python -m copilot.commands.schemas copilot/schemas
	$(BIN)/copilot eval schema > copilot/schemas/case.schema.json

train-sense: setup ## Train the sensing head again: DATA=folder holding emotion/goemotions, CACHE=folder keeps its vectors
	$(BIN)/python -m evals.emotion.train $(DATA) $(if $(CACHE),--cache $(CACHE))

lock: ## Pin every dependency again, with hashes, at releases at least a week old
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --quiet --universal --python-version 3.11 \
	  --exclude-newer "$$(date -u -d '8 days ago' +%Y-%m-%d)" --no-annotate --no-header -o requirements.lock

clean: ## Remove the environment and the demo's data
	rm -rf $(VENV) .data
