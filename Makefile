# `make run` and `make test` are all that is needed: both set the machine up first (see tools/setup.sh).

INSTANCE ?= ./instance
PORT ?= 8631
BIN := .venv/bin
UV_VERSION := 0.13.9
# Each process of a server would compile the whole program again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup run demo test lint fuzz bench lock release clean

help:            ## what can be made
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

setup:           ## system packages and .venv, as far as they are missing
	@tools/setup.sh

run: setup       ## a demonstration office, served on 127.0.0.1 until Ctrl-C (INSTANCE=./instance PORT=8631)
	$(BIN)/printserver demo --instance $(INSTANCE) --port $(PORT)

demo: setup      ## the same demonstration, ending by itself
	$(BIN)/printserver demo --instance $(INSTANCE) --port $(PORT) --encerrar

test: setup lint ## everything CI checks
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: setup      ## style, types and layers of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fuzz: setup      ## what the API's description allows and forbids, sent to a served office (FUZZ="--max-examples 200 --seed 7")
	$(BIN)/python -m bench.fuzz $(FUZZ)

bench: setup     ## the benchmarks, into bench/RESULTS.md
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-bench.lock
	$(BIN)/python -m bench

# What stands in the locks stays as it is where it still fits; `make lock UPGRADE=--upgrade` takes the newest.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header $(UPGRADE)

lock: setup      ## make the lock files from pyproject.toml (UPGRADE=--upgrade)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	echo 'setuptools>=77' | $(LOCK) - --output-file requirements-build.lock
	$(LOCK) --extra dev pyproject.toml --output-file requirements.lock
	$(LOCK) --extra bench --constraint requirements.lock pyproject.toml --output-file requirements-bench.lock

release: setup   ## a signed bundle into dist/ (TARGET=debian-12 or ubuntu-24.04, KEY=the private key, kept elsewhere)
	$(BIN)/python tools/make_release.py --target $(or $(TARGET),debian-12) --key $(or $(KEY),$(error give KEY=FILE; tools/make_release.py --new-key FILE makes one))

clean:           ## what tools leave behind; neither .venv nor any instance
	rm -rf .mypy_cache .ruff_cache .import_linter_cache .hypothesis .pytest_cache build dist bench/out
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
