# `make` prints this help. The two commands of the README are `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

# Slow tests wait for processes, browsers and the clock: one more at once than there are cores.
SLOW_AT_ONCE = $(shell expr $$(nproc) + 1)

.DEFAULT_GOAL := help

help:  ## show these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

run: install  ## set up on the first run, then serve on http://localhost:8080
	@$(BIN)/linnet serve

demo: install  ## look at a server with an invented firm, its trials and months of life in it (in demo-data/)
	@$(BIN)/linnet demo

install: .venv/.installed  ## build the environment in .venv

.venv/.installed: requirements.lock pyproject.toml tools/install
	@PYTHON=$(PYTHON) tools/install requirements.lock
	@touch $@

dev: .venv/.dev-installed  ## build the environment with the tools for tests and checks

.venv/.dev-installed: .venv/.installed requirements-dev.lock
	@PYTHON=$(PYTHON) tools/install requirements-dev.lock
	@touch $@

test: dev  ## the fast tests (PostgreSQL too where LINNET_TEST_POSTGRES is set or a server program is found)
	@$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow and not wide and not statistics" \
	    --ignore=tests/journeys --ignore=tests/crash --ignore=tests/simulated --ignore=tests/trials

test-wide: dev  ## most tests on PostgreSQL too, whole servers that speak with each other: minutes
	@$(BIN)/python -m pytest -n auto --dist loadfile -m "wide and not slow"

test-slow: dev  ## crash rounds and journeys in Chromium
	@$(BIN)/python -m pytest -n $(SLOW_AT_ONCE) --no-loadscope-reorder -m slow

test-statistics: dev  ## trials by the thousand in simulated worlds: minutes (LINNET_TRIALS=10 for a tenth of them)
	@$(BIN)/python -m pytest -n auto --dist load -m statistics tests/trials

check: dev  ## ruff, mypy --strict, import contracts
	@$(BIN)/ruff check src tests bench docs
	@$(BIN)/ruff format --check src tests bench docs
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: dev  ## mend what ruff can mend
	@$(BIN)/ruff check --fix src tests bench docs
	@$(BIN)/ruff format src tests bench docs

bench: dev  ## measure a real server over sockets, the desk, and other servers; prints tables
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench reads
	@$(BIN)/python -m bench desk
	@$(BIN)/python -m bench federation

docs: install  ## write docs/config.md from the settings
	@$(BIN)/linnet config-doc > docs/config.md

lock: dev  ## resolve the dependencies again
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.lock --upgrade
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --extra dev pyproject.toml -o requirements-dev.lock --upgrade

.PHONY: help run demo install dev test test-wide test-slow test-statistics check fix bench docs lock
