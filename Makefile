# The whole set-up: `make run` and `make test` on a machine with Python 3.11+ and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
TOOLS  := $(VENV)/tools
PIP    := -m pip install --quiet --disable-pip-version-check

# Tests start many processes: without compiled files each of them would compile the portal anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test quick walks soak check bench fuzz faults histories years mutants pictures browser nginx printer etcd lock audit sbom clean

run: $(VENV)/.installed
	@GONGSHI_DEMONSTRATION=1 $(BIN)/gongshi migrate
	@GONGSHI_DEMONSTRATION=1 $(BIN)/gongshi demo --if-empty
	@GONGSHI_DEMONSTRATION=1 $(BIN)/gongshi serve

test: $(VENV)/.installed-test browser nginx printer check
	$(BIN)/python -m pytest -n 2 --dist worksteal

# The loop while working: rules, use cases and pages on SQLite alone, without walks over all there is.
quick: $(VENV)/.installed-test
	@$(BIN)/python -m pytest tests/domain tests/services tests/web -k "not postgresql" -m "not soak and not walk" -n 2 --dist worksteal

# The long walks that `make test` leaves out: every test marked `soak`. MINUTES: those that have not begun by then are skipped.
walks: $(VENV)/.installed-test browser nginx printer etcd
	$(BIN)/python -m pytest -m soak -n 2 --dist worksteal $(if $(MINUTES),--minutes $(MINUTES))

# All that `make test` leaves out: the long walks, and the long forms of what it does in short.
soak: walks
	@$(MAKE) --no-print-directory fuzz faults histories years

check: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed-test
	@$(BIN)/python -m bench

# The long forms of what `make test` does in short, those marked `soak` among them.
ALL := -m "soak or not soak"

fuzz: $(VENV)/.installed-test
	@$(BIN)/python -m pytest tests/fuzz $(ALL) --fuzz-inputs 10000 --fuzz-seed -1

faults: $(VENV)/.installed-test etcd
	@$(BIN)/python -m pytest tests/faults $(ALL) --faults-acknowledged 1000
	@$(BIN)/python -m pytest tests/processes/test_sending.py --messages 10000 --senders-killed 50

histories: $(VENV)/.installed-test
	@$(BIN)/python -m pytest tests/histories $(ALL) -n 2 --histories 30 --histories-moves 200 --histories-seed -1

# A thousand programme-years: half with a diligent office, half with one that waits.
years: $(VENV)/.installed-test
	@$(BIN)/python -m pytest tests/years $(ALL) -n 2 --years 500 --years-seed -1

# Small changes of app/domain and app/calendars, one at a time: does a test notice? SAMPLE: how many, drawn with SEED; else all.
mutants: $(VENV)/.installed-test
	@$(BIN)/python -m tools.mutants $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

# The pictures of docs/手册.md and README.md, taken anew from the pages as they are.
pictures: $(VENV)/.installed-test browser
	@$(BIN)/python -m pytest tests/browser/test_manual.py --pictures

# Browser tests want Chromium and Chinese letters to measure: a machine that has them, or apt to get them. Elsewhere skipped by name.
browser:
	@{ command -v chromium && fc-list :lang=zh | grep -q .; } >/dev/null 2>&1 || { command -v apt-get >/dev/null && \
	  (apt-get update -qq && apt-get install -y -qq chromium fontconfig fonts-wqy-zenhei) >/dev/null 2>&1; } || \
	  echo "Chromium is not to be had here: browser tests will be skipped"

# The shipped nginx site is driven by a real nginx; where that can't be had, its tests are skipped by name.
nginx:
	@command -v nginx >/dev/null || test -x /usr/sbin/nginx || { command -v apt-get >/dev/null && \
	  (apt-get update -qq && apt-get install -y -qq nginx-light) >/dev/null 2>&1; } || \
	  echo "nginx is not to be had here: tests of deploy/nginx.conf will be skipped"

# Every paper is printed by LibreOffice and looked at; where that can't be had, those tests are skipped by name.
printer:
	@{ command -v soffice && command -v pdftoppm && fc-list :lang=zh | grep -q .; } >/dev/null 2>&1 || { command -v apt-get >/dev/null && \
	  (apt-get update -qq && apt-get install -y -qq --no-install-recommends libreoffice-writer-nogui libreoffice-calc-nogui poppler-utils \
	  fontconfig fonts-wqy-zenhei) >/dev/null 2>&1; } || echo "LibreOffice is not to be had here: papers will not be looked at"

# Three voters choose which of two databases is primary; where etcd can't be had, that test is skipped by name.
etcd:
	@command -v etcd >/dev/null || { command -v apt-get >/dev/null && \
	  (apt-get update -qq && apt-get install -y -qq etcd-server) >/dev/null 2>&1; } || \
	  echo "etcd is not to be had here: databases that promote by themselves will not be tested"

# Exactly what the locks name, each file held against its hash; then the portal itself, which needs nothing more.
$(VENV)/.installed: requirements.lock.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(PIP) --require-hashes --only-binary :all: --requirement requirements.lock.txt
	@$(BIN)/python $(PIP) --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.installed-test: requirements-test.lock.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(PIP) --require-hashes --requirement requirements-test.lock.txt
	@$(BIN)/python $(PIP) --no-deps --no-build-isolation --no-index --editable .
	@touch $@ $(VENV)/.installed

# What judges the packages stands apart from them.
$(TOOLS)/.installed: requirements-tools.lock.txt
	@test -x $(TOOLS)/bin/python || $(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python $(PIP) --require-hashes --only-binary :all: --requirement requirements-tools.lock.txt
	@touch $@

# RENEW=1: everything at its newest. Otherwise what still fits pyproject.toml keeps its version.
lock: $(TOOLS)/.installed
	@$(TOOLS)/bin/python -m tools.supply.locks $(if $(RENEW),--renew)

# Exit status 0: nothing known; 1: something is; 2: nobody could be asked from here.
audit: $(TOOLS)/.installed
	@$(TOOLS)/bin/python -m tools.supply.audit $(SERVICE)

sbom: $(TOOLS)/.installed $(VENV)/.installed
	@$(TOOLS)/bin/python -m tools.supply.sbom "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" build/sbom.cdx.json

clean:
	rm -rf $(VENV) instance build *.egg-info
