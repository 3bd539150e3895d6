#!/bin/sh
# Bring this machine (Debian 12, Ubuntu 24.04) to where `make run` and `make test` work: system packages, then .venv.
# What is there already is left alone, so a second run needs no network and takes no time.
set -eu
cd "$(dirname "$0")/.."

PACKAGES="
  gcc make python3 python3-venv python3-dev libcups2-dev
  libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0
  cups cups-client cups-filters cups-ipp-utils dbus-daemon
  postgresql
  restic
  poppler-utils prometheus systemd
"
VENV=.venv
STAMP=$VENV/.setup

say() { printf 'setup: %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

missing_packages() {
  for package in $PACKAGES; do
    case "$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null)" in ii*) ;; *) printf '%s ' "$package" ;; esac
  done
}

install_packages() {
  if ! command -v apt-get >/dev/null; then
    say "this is not a Debian or Ubuntu: please see that these are installed:" $PACKAGES chromium
    return
  fi
  # On Ubuntu `chromium` is a snap, which apt only pretends to install.
  . /etc/os-release
  if [ "${ID:-}" = debian ] && ! find_browser; then PACKAGES="$PACKAGES chromium"; fi
  wanted=$(missing_packages)
  [ -n "$wanted" ] || return 0
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    say "these packages are missing, and there is no sudo: install them as root and run this again: $wanted" >&2
    exit 1
  fi
  say "installing packages: $wanted"
  as_root apt-get -q update
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $wanted
}

find_browser() {
  for browser in chromium chromium-browser google-chrome google-chrome-stable; do
    # Ubuntu's /usr/bin/chromium-browser is only a pointer to the snap: ask whether it runs.
    if command -v "$browser" >/dev/null && "$browser" --version >/dev/null 2>&1; then return 0; fi
  done
  return 1
}

install_browser() {
  if find_browser; then return; fi
  if command -v snap >/dev/null && as_root snap install chromium; then return; fi
  say "no Chromium and no Chrome found: everything works but the tests of the screens. On Ubuntu: sudo snap install chromium"
}

find_python() {
  for python in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if command -v "$python" >/dev/null && "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
    then echo "$python"; return; fi
  done
  say "Python 3.11 or later, with venv, is needed (PYTHON=/path/to/python chooses one)" >&2
  exit 1
}

fingerprint() {
  cat requirements-build.lock requirements.lock pyproject.toml tools/setup.sh | cksum
  pwd
}

install_python_packages() {
  if [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$(fingerprint)" ] && "$VENV/bin/python" -c 'import printserver' 2>/dev/null; then
    return
  fi
  rm -f "$STAMP"
  if ! "$VENV/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$(find_python)
    say "making $VENV with $("$python" --version)"
    "$python" -m venv --clear "$VENV"
  fi
  say "installing Python packages from requirements.lock (a minute the first time)"
  pip="$VENV/bin/python -m pip install --quiet --disable-pip-version-check"
  # pycups comes as source: what builds it is pinned too, and installed first.
  $pip --require-hashes -r requirements-build.lock
  # The lock names every package: nothing is left to resolve. Resolving, pip 23 takes the newest pydantic for apiflask's
  # `pydantic[email]` in place of the pinned one, and then stops because that one has no hash.
  $pip --require-hashes --no-deps --no-build-isolation -r requirements.lock
  $pip --no-deps --no-build-isolation --editable .
  fingerprint > "$STAMP"
}

install_packages
install_browser
install_python_packages
say "ready"
