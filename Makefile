# The whole set-up: `make run` and `make test` on a machine with Python 3.11+ and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: run test check bench fuzz faults histories pictures browser nginx printer clean

run: $(VENV)/.installed
	@GONGSHI_DEMONSTRATION=1 $(BIN)/gongshi migrate
	@GONGSHI_DEMONSTRATION=1 $(BIN)/gongshi demo --if-empty
	@GONGSHI_DEMONSTRATION=1 $(BIN)/gongshi serve

test: $(VENV)/.installed-test browser nginx printer check
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed-test
	@$(BIN)/python -m bench

# The long forms of what `make test` does in short.
fuzz: $(VENV)/.installed-test
	@$(BIN)/python -m pytest tests/fuzz --fuzz-inputs 10000 --fuzz-seed -1

faults: $(VENV)/.installed-test
	@$(BIN)/python -m pytest tests/faults --faults-acknowledged 1000
	@$(BIN)/python -m pytest tests/processes/test_sending.py --messages 10000 --senders-killed 50

histories: $(VENV)/.installed-test
	@$(BIN)/python -m pytest tests/histories -n 2 --histories 30 --histories-moves 200 --histories-seed -1

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

$(VENV)/.installed: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) instance build *.egg-info
