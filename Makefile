# Two commands: make demo, make test. Both make the virtual environment from hash-pinned requirements.
PYTHON ?= python3
export PYTHONUTF8 = 1

.PHONY: demo test system-libraries

demo: .venv/runtime system-libraries
	.venv/bin/python manage.py demo $(DEMO)

test: .venv/dev system-libraries
	.venv/bin/python -m tests.run_all

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/runtime: requirements.txt | .venv/bin/python
	.venv/bin/python -m pip install -q --require-hashes --only-binary=:all: -r requirements.txt
	touch $@

.venv/dev: requirements-dev.txt | .venv/bin/python
	.venv/bin/python -m pip install -q --require-hashes --only-binary=:all: -r requirements-dev.txt
	touch $@ .venv/runtime

system-libraries:
	@$(PYTHON) tests/system_libraries.py
