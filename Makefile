# Two commands set a fresh machine up: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
SHOP   := data/shop
PORT   ?= 8080
DATA   ?= ../shared/datasets

.PHONY: help demo train test test-e2e check bench bench-intents bench-knowledge bench-knowledge-crash bench-mining bench-serve bench-entities bench-exactly-once bench-store bench-turn clean

help:
	@echo "make demo      install, train the demo assistant, serve it on port $(PORT)"
	@echo "make test      install what tests need and run them (minutes)"
	@echo "make test-e2e  whole processes, trained demo, Chromium (needs Chromium installed)"
	@echo "make check     format, lint, types, import contracts"
	@echo "make bench     how long a turn takes, and where the time goes"

demo: train
	@echo "Serving on http://127.0.0.1:$(PORT)/ (chat) and /console; Ctrl-C stops it."
	$(BIN)/kefu serve $(SHOP) --port $(PORT)

train: $(VENV)/.train
	@if ls $(SHOP)/releases/*/manifest.json >/dev/null 2>&1; \
	then echo "$(SHOP) has a release already; 'make clean' removes it."; \
	else $(BIN)/kefu train $(SHOP); fi

test: $(VENV)/.test
	$(BIN)/pytest -m "not e2e"

test-e2e: $(VENV)/.test
	$(BIN)/pytest -m e2e

check: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: bench-turn

bench-turn: train $(VENV)/.test
	$(BIN)/python -m bench.turn $(SHOP)

# DATA holds banking77, clinc150 and dstc11-track5 (the validation part); takes half an hour
bench-knowledge: $(VENV)/.test
	$(BIN)/python -m bench.knowledge_scale 100000
	$(BIN)/python -m bench.knowledge_scale 1000000
	$(BIN)/python -m bench.knowledge_examples $(DATA)
	$(BIN)/python -m bench.knowledge_track5 $(DATA)/dstc11-track5
	$(BIN)/python -m bench.knowledge_engines 100000

# A process that changes articles is killed a hundred times; also: bench.knowledge_crash --postgresql
bench-knowledge-crash: $(VENV)/.test
	$(BIN)/python -m bench.knowledge_crash

bench-mining: $(VENV)/.train
	$(BIN)/python -m bench.mining --data $(DATA)

bench-entities: $(VENV)/.test
	$(BIN)/python -m bench.entities --data $(DATA)

# Finished runs are kept in RESULTS; what is there is not run again.
RESULTS ?= bench/results
bench-intents: $(VENV)/.train
	$(BIN)/python -m bench.intents --data $(DATA) --results $(RESULTS)
	$(BIN)/python -m bench.intents_speed

# PEER: the REST webhook of another server, see docs/benchmarks.md
bench-serve: $(VENV)/.train
	$(BIN)/python -m bench.serve --data $(DATA) $(if $(PEER),--peer $(PEER))

# 10,000 conversations of 20 turns while platform, server and database fail; takes an hour or so
bench-exactly-once: $(VENV)/.test
	$(BIN)/python -m bench.exactly_once --postgresql

bench-store: $(VENV)/.train
	$(BIN)/python -m bench.store

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.train: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing kefu with what training needs (a few minutes the first time) …"
	$(PIP) --editable '.[train]'
	@touch $@

$(VENV)/.test: $(VENV)/.train
	@echo "Installing what the tests need …"
	$(PIP) --editable '.[train,search,test,browser,dev]'
	@touch $@

clean:
	rm -rf $(SHOP)/releases $(SHOP)/.kefu $(SHOP)/kefu.sqlite* $(SHOP)/reports
