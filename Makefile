# One task runner. Needs python3 (3.11 or later), make and a package index; the rest is set up here.
SHELL := /bin/bash
.SHELLFLAGS := -eo pipefail -c
.DEFAULT_GOAL := help

UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1
ENV := .venv/.complete
RUN := $(UV) run --no-sync
BENCHES := policy policy-life proof gate replay accounts grants
DEMO ?=
# a server of the checks' own, never reached: enough for Django to load its settings
CHECKS := SEKISHO_SECRET_KEY=for-checks-only DATABASE_URL=postgres://nobody@/none

help: ## この一覧
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

demo: $(ENV) ## 架空の電力グループを作り、証明し、調べ、画面を開く（DEMO="--no-serve --json" など）
	$(RUN) sekisho demo $(DEMO)

serve: $(ENV) ## 画面を開く（本番は DATABASE_URL を渡す）
	$(RUN) sekisho serve

test: $(ENV) browser peers ## すべての試験（短い形）
	$(RUN) pytest -m "not long and not hard and not browser" -n 2 --dist loadfile
	$(RUN) pytest -m "(hard or browser) and not long"

test-long: $(ENV) browser peers ## すべての試験（長い形）
	SEKISHO_TEST_SIZE=long $(RUN) pytest

check: format lint types imports templates migrations words test ## 形、型、層、画面、そして試験

format: $(ENV)
	$(RUN) ruff format --check .

lint: $(ENV)
	$(RUN) ruff check .

types: $(ENV)
	$(CHECKS) $(RUN) mypy src

imports: $(ENV)
	$(RUN) lint-imports

templates: $(ENV)
	$(RUN) djangofmt --check src

migrations: $(ENV)
	$(CHECKS) $(RUN) python -W ignore manage.py makemigrations --check --dry-run

words: $(ENV) # the shipped tables hold, before any test runs
	$(RUN) sekisho prove > /dev/null

bench: $(ENV) ## 速さを比で測る（ONLY=policy など）
	@mkdir -p bench/results
	@for subject in $(or $(ONLY),$(BENCHES)); do $(RUN) python -m bench.$${subject//-/_} $(BENCH) || exit 1; done \
	  | tee -a bench/results/$$(date +%F).jsonl

browser: # Chromium comes by apt where we may; elsewhere the browser tests say why they are skipped
	@command -v chromium >/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-morisawa-bizud-gothic; } \
	  >/dev/null 2>&1 || echo "Chromium could not be installed; the browser tests will say that they are skipped" >&2

peers: | $(UV) # directories and SCIM servers of other hands; their tests say where one is missing
	@UV=$(UV) tests/peers

$(ENV): pyproject.toml uv.lock | $(UV)
	$(UV) sync --locked --all-extras
	@touch $@

.uv/bin/uv:
	@echo "uv をこのフォルダーの中（.uv）に入れます" >&2
	@{ python3 -m venv .uv && .uv/bin/pip install --quiet uv; } \
	  || { rm -rf .uv; python3 -m pip install --quiet --target .uv uv; } || { rm -rf .uv; \
	  echo "uv を入れられませんでした。python3 の venv（Debian では python3-venv）を入れるか、uv を入れてからやり直してください" >&2; exit 1; }

clean: ## 環境を消す（データは消さない）
	rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.PHONY: help demo serve test test-long check format lint types imports templates migrations words bench browser peers clean
