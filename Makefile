# callcore: everything a developer or an operator trying it out types. `make help` lists it.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
TOOLS := $(VENV)/.tools
SITE := $(VENV)/.site
# Modules are compiled when they are first imported: half of them never are.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-compile

# The newest Python that callcore runs on and that can make a virtual environment.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$python; break; }; done)

# Settings file for run and check-config; without one `make run` starts the demonstration.
CONFIG ?=
# Port of metrics and health in place of the settings': make run HTTP_PORT=0 takes a free one.
HTTP_PORT ?=
# More arguments for pytest: make test ARGS='tests/settings -x'
ARGS ?=

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) \
		| while IFS='|' read -r target text; do printf '  %-16s %s\n' "$$target" "$$text"; done

.PHONY: setup
setup: $(TOOLS) ## virtual environment in .venv with the locked dependencies, for running and testing

# Wheels only, so that no compiler is needed; greenswitch and docopt, pure Python, have none and are
# built.
$(INSTALLED): requirements.lock
	@if [ -z "$(PYTHON)" ]; then \
		echo "callcore needs Python 3.11 or later with its venv module." >&2; \
		echo "On Debian 12: apt-get install python3-venv. Or name one: make PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi
	@echo 'setting up $(VENV), once ...'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --only-binary :all: --no-binary greenswitch --use-pep517 -r requirements.lock
	@touch $@

$(TOOLS): $(INSTALLED) requirements-dev.lock
	@$(PIP) --only-binary :all: --no-binary docopt --use-pep517 -r requirements-dev.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(SITE): $(TOOLS) requirements-docs.lock
	@$(PIP) --only-binary :all: -r requirements-docs.lock
	@touch $@

# exec: a signal reaches callcore itself, which drains its calls, and not a shell around it.
.PHONY: run
run: $(INSTALLED) ## start callcore: make run, or make run CONFIG=callcore.yaml
	@exec $(BIN)/python -m callcore run $(if $(CONFIG),--config '$(CONFIG)') \
		$(if $(HTTP_PORT),--http-port '$(HTTP_PORT)')

.PHONY: check-config
check-config: $(INSTALLED) ## every fault of a settings file: make check-config CONFIG=callcore.yaml
	@if [ -z '$(CONFIG)' ]; then echo 'which file? make check-config CONFIG=callcore.yaml' >&2; exit 2; fi
	@$(BIN)/python -m callcore check-config --config '$(CONFIG)'

PYTEST := $(BIN)/python -m pytest -m 'not live and not bench and not chaos'
# The longest first, and the rest. Tests of processes, servers and sockets wait more than they work:
# one part more at a time than there are processors.
PARTS := daemons flows system rest adapters contract
# Of the whole daemon's tests those that take longest.
DAEMONS := $(patsubst %,tests/system/test_%.py,callbacks daemon reload workers)
JOBS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

.PHONY: test $(PARTS:%=test-%)
test: setup ## all tests that need nothing but this checkout; JOBS parts at a time, or those of ARGS
ifeq ($(ARGS),)
	@$(MAKE) --jobs=$(JOBS) --keep-going --output-sync=target $(PARTS:%=test-%)
else
	$(PYTEST) $(ARGS)
endif

test-daemons: setup
	$(PYTEST) -p no:cacheprovider $(DAEMONS)

test-system: setup
	$(PYTEST) -p no:cacheprovider tests/system $(DAEMONS:%=--ignore=%)

# What is of one process and its own clock waits for what is of several.
test-flows test-adapters test-contract: test-%: setup
	nice $(PYTEST) -p no:cacheprovider tests/$*

test-rest: setup
	nice $(PYTEST) -p no:cacheprovider $(patsubst %,--ignore=tests/%,$(filter-out daemons rest,$(PARTS)))

.PHONY: stories
stories: setup ## longer than every day: hundreds of random stories, every millisecond, EXAMPLES=1000
	CALLCORE_EXAMPLES=$(or $(EXAMPLES),1000) $(BIN)/python -m pytest --timeout 1800 \
		-m '(chaos or hypothesis) and not live and not bench' $(ARGS)

.PHONY: live
live: setup ## tests against a real FreeSWITCH with callers played by sipp
	@command -v "$${CALLCORE_FREESWITCH:-freeswitch}" >/dev/null || { \
		echo 'make live: no freeswitch on the PATH, nor one named by CALLCORE_FREESWITCH=/path/to/freeswitch.' >&2; \
		echo 'Debian has no package of it: see https://developer.signalwire.com/freeswitch/ for packages and source.' >&2; \
		exit 1; }
	@command -v sipp >/dev/null || { \
		echo 'make live: no sipp on the PATH. On Debian: apt-get install sip-tester' >&2; exit 1; }
	$(BIN)/python -m pytest -m live $(ARGS)

# What is done to callcore is drawn from the seed. CHAOS is more arguments, of --help.
CALLS ?= 100000
SEED ?= 1
WORKERS ?= 3
CHAOS ?=

.PHONY: chaos
chaos: setup ## kills everything in turn under load: make chaos CALLS=100000 SEED=1 WORKERS=3
	$(BIN)/python -m tests.chaos.run --calls $(CALLS) --seed $(SEED) --workers $(WORKERS) $(CHAOS)

.PHONY: fuzz
fuzz: setup ## the event socket's reader and the settings loader, EXAMPLES=20000 a property
	CALLCORE_FUZZ_EXAMPLES=$(or $(EXAMPLES),20000) $(BIN)/python -m pytest tests/fuzz --timeout 7200 $(ARGS)

.PHONY: day
day: setup ## a call centre's whole day, every rule checked; CALLCORE_DAY_SEED=N plays another one
	CALLCORE_DAY=whole $(BIN)/python -m pytest tests/day/test_day.py $(ARGS)

.PHONY: bench
bench: setup ## measurements, judged by nobody: make bench ARGS='--only link records --json figures.json'
	$(BIN)/python -m tests.bench $(ARGS)

.PHONY: bench-live
bench-live: setup ## callcore, mod_callcenter and a bare script in turn on a real FreeSWITCH
	$(BIN)/python -m tests.bench.live $(ARGS)

# Another story: make bench-estimates ARGS='--seed 2 --callers 300000'; a short one: ARGS=--quick
.PHONY: bench-estimates
bench-estimates: setup ## how good estimates of waits are, simulated; exits with 1 if a goal is missed
	$(BIN)/python -m tests.bench.estimates $(ARGS)

# Another length: make dashboards ARGS='--seconds 600'
.PHONY: dashboards
dashboards: setup ## dashboards and alerts on real data: a demonstration scraped by a Prometheus of its own
	@command -v "$${CALLCORE_PROMETHEUS:-prometheus}" >/dev/null || { \
		echo 'make dashboards: no prometheus on the PATH, nor one named by CALLCORE_PROMETHEUS=/path/to/prometheus.' >&2; \
		echo 'On Debian: apt-get install prometheus' >&2; exit 1; }
	$(BIN)/python -m callcore.adapters.prom.boards
	$(BIN)/python -m tests.ops.look $(ARGS)

.PHONY: format
format: setup ## lay out the code and mend what ruff can mend
	$(BIN)/python -m ruff check --fix-only --quiet .
	$(BIN)/python -m ruff format .

.PHONY: format-check
format-check: setup ## is the code laid out as `make format` would?
	$(BIN)/python -m ruff format --check .

.PHONY: lint
lint: setup ## ruff
	$(BIN)/python -m ruff check .

.PHONY: types
types: setup ## mypy
	$(BIN)/python -m mypy

.PHONY: imports
imports: setup ## import-linter: layers, and one home for each library
	$(BIN)/lint-imports --no-logo

.PHONY: xml
xml: setup ## is the XML for FreeSWITCH well formed?
	@find freeswitch dialplans -name '*.xml' 2>/dev/null | $(BIN)/python -c '\
	import sys, xml.dom.minidom as dom; \
	paths = sys.stdin.read().split("\n")[:-1]; \
	[dom.parse(path) for path in paths]; \
	print(len(paths), "XML files are well formed")'

.PHONY: check
check: format-check lint types imports xml test ## everything a change must pass

# Offline and strict: a link that leads nowhere and a page that is in no list are faults.
.PHONY: docs
docs: $(SITE) ## the pages of docs/ as a site, into build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --clean --quiet
	@echo 'build/site/index.html; with its search: python3 -m http.server --directory build/site'

# Anew from the ranges in pyproject.toml; look at the difference before it is committed.
.PHONY: lock
lock: ## renew the lock files within the ranges of pyproject.toml
	@set -eu; new=$$(mktemp -d); trap 'rm -rf "$$new"' EXIT; \
	$(PYTHON) -m venv "$$new/venv"; pip="$$new/venv/bin/python -m pip"; \
	cp -rL pyproject.toml LICENSE callcore "$$new"; : >"$$new/README.md"; \
	$$pip install --quiet --upgrade pip; \
	$$pip install --quiet "$$new"; \
	$$pip freeze --exclude callcore --exclude setuptools >"$$new/runtime"; \
	$$pip install --quiet "$$new[dev]"; \
	$$pip freeze --all --exclude callcore --exclude pip | grep -vxFf "$$new/runtime" >"$$new/dev"; \
	$$pip install --quiet "$$new[docs]"; \
	$$pip freeze --all --exclude callcore --exclude pip \
		| grep -vxFf "$$new/runtime" | grep -vxFf "$$new/dev" >"$$new/docs"; \
	for lock in runtime:requirements.lock dev:requirements-dev.lock docs:requirements-docs.lock; do \
		{ sed '/^[^#]/,$$d' "$${lock#*:}"; cat "$$new/$${lock%%:*}"; } >"$$new/lock"; \
		cp "$$new/lock" "$${lock#*:}"; \
	done

# The same bytes from the same commit: times are the commit's, rights are not this shell's.
.PHONY: dist
dist: setup ## the wheel and the sdist, into dist/
	@umask 022; epoch=$$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md); \
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$epoch} \
		$(BIN)/python -m build --no-isolation --outdir dist .

# Needs Debian's debhelper and python3-venv. For the Debian, and so the Python, it is built on.
.PHONY: deb
deb: dist ## Debian's package, into dist/
	@command -v dh >/dev/null || { \
		echo 'make deb: no debhelper. On Debian: apt-get install debhelper python3-venv' >&2; exit 1; }
	@rm -rf build/deb && mkdir -p build/deb/callcore/wheel
	@tar -xzf "$$(ls -t dist/callcore-*.tar.gz | head -1)" -C build/deb/callcore --strip-components=1
	@cp -r ops/debian build/deb/callcore/debian
	@cp "$$(ls -t dist/callcore-*.whl | head -1)" build/deb/callcore/wheel
	cd build/deb/callcore && dpkg-buildpackage --build=binary --no-sign --no-check-builddeps
	@cp build/deb/callcore_*.deb dist

.PHONY: clean
clean: ## remove what setup and the tools made; callcore's data in .callcore stays
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache \
		.import_linter_cache
	find callcore tests -name __pycache__ -type d -prune -exec rm -rf {} +
