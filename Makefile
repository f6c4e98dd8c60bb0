# Needs python3 (3.11 or newer) and make, nothing else. Targets only set up and call `python manage.py NAME`.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
CHECKED := advisor providers optimizer tests
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run lint test bench screenshots lock

help:
	@echo "make run          set up, then run site, worker, scheduler and broker on 127.0.0.1 (PORT=8000)"
	@echo "make test         all checks and tests"
	@echo "make lint         the checks alone"
	@echo "make bench        the timings that must hold (REPLIES=folder: recorded replies of providers too)"
	@echo "make screenshots  pictures of every page, to look at, in var/screenshots; needs Chromium"
	@echo "make setup        only prepare .venv, then: .venv/bin/python manage.py help"

setup:
	@$(PYTHON) advisor/bootstrap.py

setup-dev:
	@$(PYTHON) advisor/bootstrap.py --dev

run: setup
	@$(PY) manage.py up

lint: setup-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy --strict manage.py $(CHECKED)
	$(PY) manage.py makemigrations --check --dry-run

test: lint
	$(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile

bench: setup-dev
	$(PY) -m tests.bench
	@[ -z "$(REPLIES)" ] || $(PY) -m tests.bench.real_files "$(REPLIES)"

screenshots: setup-dev
	$(PY) -m tests.browser.screenshots

lock: setup-dev
	$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url \
		--custom-compile-command "make lock" pyproject.toml --output-file requirements.txt
	$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url \
		--custom-compile-command "make lock" --extra dev --constraint requirements.txt \
		pyproject.toml --output-file requirements-dev.txt
