# Set-up needs Python 3.11+ and make. Works with GNU make 3.81 (macOS).
.DEFAULT_GOAL := help
.PHONY: help run test lint format bench clean lock messages openapi venv venv-dev
SHELL := /bin/sh
.NOTPARALLEL:

# The first Python that is new enough and can make environments, unless PYTHON says which. The system's own comes first:
# distributions build theirs optimised, and one built here without that takes a fifth more time for everything.
ifndef PYTHON
PYTHONS := $(if $(filter Linux,$(shell uname)),/usr/bin/python3) python3.11 python3.12 python3.13 python3
PYTHON := $(shell for needs in "sys, ensurepip" sys; do for p in $(PYTHONS); do \
  "$$p" -c "import $$needs; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && echo "$$p" && exit; done; done)
endif

# macOS: Homebrew's libraries are not on the path of a Python from elsewhere, and /bin/sh drops an exported variable.
ifeq ($(shell uname),Darwin)
LIBRARIES := DYLD_FALLBACK_LIBRARY_PATH="$${DYLD_FALLBACK_LIBRARY_PATH:-/opt/homebrew/lib:/usr/local/lib}"
endif
RUN := $(LIBRARIES) .venv/bin/python

# The stamps carry a checksum: another branch with other requirements installs, the same ones do not.
RUN_STAMP := .venv/.run-$(shell cat requirements.txt | cksum | tr ' ' '-')
DEV_STAMP := .venv/.dev-$(shell cat requirements.txt requirements-dev.txt | cksum | tr ' ' '-')
PIP := .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes

help:
	@echo "make run             everything on this machine: database, data, web server, worker (PORT=8000)"
	@echo "make test            lint, drift checks, tests, browser journeys"
	@echo "make lint            the checks that only read the source;  make format  writes"
	@echo "make bench NAME=x    one benchmark; QUICK=1 for a small one"
	@echo "make messages        refresh the English catalogue;  make openapi  the API description"
	@echo "make lock            compile requirements*.in (UPGRADE=1: newest);  make clean  removes the database and all data (asks)"

run: parts-run venv
	@$(RUN) -m common.launch run

test: parts-test venv-dev
	@$(RUN) -m common.launch test

lint: venv-dev
	@$(RUN) -m common.launch lint

format: venv-dev
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .

bench: parts-run venv-dev
	@$(RUN) -m bench $(NAME) $(if $(QUICK),--quick)

messages: venv-dev
	@DJANGO_SETTINGS_MODULE=portal.settings.test $(RUN) manage.py messages

openapi: venv-dev
	@DJANGO_SETTINGS_MODULE=portal.settings.test $(RUN) manage.py spectacular --validate --file docs/openapi.yaml

lock: venv-dev
	@for name in requirements requirements-dev; do \
	  .venv/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	    $(if $(UPGRADE),--upgrade) --custom-compile-command "make lock" $$name.in -o $$name.txt || exit 1; done

clean:
	@printf 'This deletes var/: the database, uploaded files and keys. Type yes to go on: '; \
	  read answer; test "$$answer" = yes || { echo "Nothing was deleted."; exit 1; }
	@if test -x .venv/bin/python; then .venv/bin/python -m common.launch clean; fi
	@rm -rf var build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

.PHONY: parts-run parts-test python
python:
	@if test -z "$(PYTHON)" || ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	  echo "OneStop needs Python 3.11 or newer. Say where it is: make PYTHON=/path/to/python3.11 run" >&2; exit 1; fi

parts-run: python
	@"$(PYTHON)" -m common.launch.system_parts run

parts-test: python
	@"$(PYTHON)" -m common.launch.system_parts test

venv: $(RUN_STAMP)
venv-dev: $(DEV_STAMP)

.venv/bin/python: | python
	@echo "Making .venv (first time only)"
	@"$(PYTHON)" -m venv .venv

$(RUN_STAMP): | .venv/bin/python
	@echo "Installing what requirements.txt names"
	@$(PIP) -r requirements.txt
	@rm -f .venv/.run-* && touch $@

$(DEV_STAMP): $(RUN_STAMP) | .venv/bin/python
	@echo "Installing what requirements-dev.txt names"
	@$(PIP) -r requirements-dev.txt
	@rm -f .venv/.dev-* && touch $@
