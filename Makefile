# Every target works on a machine that has never seen the project: Python 3.11, make and apt are enough.
# A second run finds everything in place and starts at once.

.DEFAULT_GOAL := help
.PHONY: help demo test smoke check bench pictures clean setup setup-tests
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# uv from PATH, from its usual place for one user, else one of our own under build/.
UV ?= $(or $(shell command -v uv 2>/dev/null),$(wildcard $(HOME)/.local/bin/uv),build/uv/bin/uv)
BIN := .venv/bin
VENDOR := platform/zhitong/web/static/vendor/manifest.json
FRONTEND := platform/zhitong/web/frontend
PYTEST_ARGS ?=

help:
	@echo "make demo    start everything with a demo province and serve it (Ctrl-C ends it)"
	@echo "make test    run all tests"
	@echo "make smoke   walk one report through four units over HTTP, then stop"
	@echo "make check   format, lint, types, import contracts, deployment checks, migrations, image, chart"
	@echo "make bench   measure, print a table and write build/bench.json"
	@echo "make pictures take the pictures of docs/images anew, from a demo of their own"
	@echo "make clean   remove what these commands made, the demo's data included"

demo: setup
	@exec $(BIN)/zhitong demo $(DEMO_ARGS)

test: setup-tests
	$(BIN)/pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

# In a home of its own, so that a running demo is not disturbed.
smoke: setup
	@home=$$(mktemp -d); trap 'rm -rf "$$home"' EXIT; ZHITONG_HOME=$$home $(BIN)/zhitong demo --once

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	ZHITONG_ENV=production \
	ZHITONG_SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	ZHITONG_BASE_DOMAIN=zhitong.example.org \
	ZHITONG_TRUSTED_PROXIES=10.0.0.0/8 \
	DATABASE_URL=postgres://zhitong:password@database.example.org/zhitong \
	REDIS_URL=redis://broker.example.org/0 \
	$(BIN)/python platform/manage.py check --deploy --fail-level WARNING
	@home=$$(mktemp -d); trap 'rm -rf "$$home"' EXIT; \
	ZHITONG_HOME=$$home $(BIN)/zhitong manage makemigrations --check --dry-run
	$(BIN)/hadolint deploy/Dockerfile
	deploy/check-chart.sh

bench: setup
	@mkdir -p build
	$(BIN)/python -m tests.benchmarks

pictures: setup-tests
	$(BIN)/pytest tests/e2e/test_flow_editor.py -k what_the_how_to_shows
	@home=$$(mktemp -d); trap 'rm -rf "$$home"' EXIT; ZHITONG_HOME=$$home $(BIN)/python -m tests.e2e.pictures
	cp build/e2e/flow-*.png build/pictures/*.png docs/images/

clean:
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m zhitong.parts.clean; fi
	rm -rf build dist .venv .zhitong platform/zhitong/web/static/vendor
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis

# --- what the targets need ------------------------------------------------------------------------------------------

setup: .venv/.synced $(VENDOR)
	@deploy/system-packages.sh

setup-tests: .venv/.synced $(VENDOR)
	@deploy/system-packages.sh tests
	@deploy/helm.sh >/dev/null || echo "The tests of the chart will be skipped."

.venv/.synced: pyproject.toml uv.lock | $(filter build/uv/%,$(UV))
	$(UV) sync --frozen --quiet
	@touch $@

$(VENDOR): $(FRONTEND)/package-lock.json $(FRONTEND)/icons.txt $(FRONTEND)/install.py .venv/.synced
	@$(BIN)/python $(FRONTEND)/install.py

# A folder of its own is allowed even where the system's Python is managed by its packages (PEP 668).
build/uv/bin/uv:
	@echo "Installing uv into build/uv"
	@python3 -m pip install --quiet --target build/uv uv \
	|| { rm -rf build/uv; python3 -m venv build/uv && build/uv/bin/pip install --quiet uv; } \
	|| { echo "Neither pip nor venv works here: install python3-venv, or uv, then try again." >&2; exit 1; }
