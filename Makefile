# Everything happens in .venv, which is made when it is first needed.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: example check test rule accuracy format docs site sarif workflows dist clean

example: .venv/.cachelint  ## run cachelint on the example shop
	cd examples/shop && { ../../$(BIN)/cachelint --no-cache . || test $$? = 1; }

# What ends within a minute: all but the stories on real Django, the servers, the random programs and the generated files.
check: .venv/.dev  ## formatter, linter, types, layers, drift, and the tests that take seconds
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/derive_orm_table.py --check
	$(BIN)/python scripts/derive_library.py --check
	$(BIN)/python scripts/write_rule_pages.py --check
	$(BIN)/python scripts/write_fix_page.py --check
	$(BIN)/python scripts/write_schemas.py --check
	$(BIN)/python -m pytest -q -n auto -m "not slow"

test: check  ## everything: check, and the tests that take minutes
	$(BIN)/python scripts/make_story_environments.py
	$(BIN)/python -m pytest -n auto -m slow

rule: .venv/.dev  ## the skeleton of a rule: make rule NAME=unchecked-miss CODE=CL501
	$(BIN)/python scripts/new_rule.py "$(NAME)" "$(CODE)"
	$(BIN)/ruff format -q cachelint/rules

accuracy: .venv/.cachelint  ## measure against the labels of accuracy/; fails where a figure has fallen
	$(BIN)/python scripts/measure_accuracy.py --check

format: .venv/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/.dev  ## write docs/rules and docs/schemas from the code
	$(BIN)/python scripts/write_rule_pages.py
	$(BIN)/python scripts/write_fix_page.py
	$(BIN)/python scripts/write_schemas.py

site: .venv/.site  ## build the documentation into build/site; fails on any warning
	.venv/site/bin/sphinx-build -q -W --keep-going -b html docs build/site

.venv/.site: .venv/bin/python
	$(PYTHON) -m venv .venv/site
	.venv/site/bin/python -m pip install --quiet --disable-pip-version-check "sphinx>=7" "myst-parser>=3" "furo>=2024.5"
	touch $@

sarif: .venv/.cachelint  ## hold the SARIF output against the official schema, where npm is there
	$(BIN)/python scripts/check_sarif.py

workflows: .venv/.dev  ## what zizmor says of the workflows and the action, offline
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "zizmor>=1.5"
	$(BIN)/zizmor --offline --quiet .github action.yml

dist: .venv/.dev  ## build wheel and sdist, look into them, and run what the wheel installs
	rm -rf build/dist
	$(BIN)/python -m pip install --quiet --disable-pip-version-check build twine
	$(BIN)/python -m build --outdir build/dist .
	$(BIN)/twine check --strict build/dist/*
	$(BIN)/python scripts/check_wheel.py build/dist
	$(PYTHON) -m venv --clear build/installed
	build/installed/bin/python -m pip install --quiet --disable-pip-version-check build/dist/*.whl
	cd build && { installed/bin/cachelint --no-cache ../examples/shop >/dev/null; test $$? = 1; }

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.cachelint: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/.dev: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@ .venv/.cachelint

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
