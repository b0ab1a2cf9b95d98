# What a maintainer runs, from a checkout with its test requirements installed: pip install -e '.[test]'
PYTHON ?= python
SEED ?= $(shell date +%s)
DAYS ?= 2026-12-01 2026-12-31T23:59 2027-01-01 2027-03-14 2027-07-01 2027-11-07 2028-02-29

COUNT ?= 200

.PHONY: test lint types floors thorough outside days mutants

test:
	$(PYTHON) -m pytest -n auto

lint:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .

types:
	$(PYTHON) -m mypy

floors:
	lint-imports

# What takes long, and every rule with other examples than last time; SEED brings a run back.
thorough: days
	@echo "Seed $(SEED): make thorough SEED=$(SEED) runs the same examples"
	$(PYTHON) -m pytest -n auto -m "thorough or (hypothesis and not outside)" --hypothesis-profile=thorough \
		--hypothesis-seed=$(SEED) --timeout=1800

# Against files that stand beside a maintainer's checkout.
outside:
	$(PYTHON) -m pytest -n auto -m outside

# How many small faults in the rules the tests find; needs pip install -e '.[test,mutants]'.
mutants:
	$(PYTHON) tests/mutations/sample.py --count $(COUNT) --seed $(SEED)

# The suite as if today were each of these days.
days:
	for day in $(DAYS); do echo "== $$day"; \
		TESTS_TODAY=$$day $(PYTHON) -m pytest -q -n auto --ignore=tests/end_to_end || exit 1; done
