#!/bin/sh
# Write requirements.lock (what runs) and requirements-dev.lock (that and what checks it) from
# pyproject.toml: the newest versions that fit, with markers for every platform and Python 3.11 to
# 3.14, and without the address of any package index.
set -eu
cd "$(dirname "$0")/.."

compile() { # output, sentence, options...
  output=$1 sentence=$2
  shift 2
  .venv/bin/uv pip compile -q -U --universal --python-version 3.11 --no-header \
    --annotation-style line --group build "$@" pyproject.toml > "$output.new"
  {
    echo "# $sentence Written by 'make lock' from pyproject.toml."
    sed "s/, -c requirements.lock//; s/-c requirements.lock, //" "$output.new"
  } > "$output"
  rm "$output.new"
}

.venv/bin/python -m pip install -qq --disable-pip-version-check 'uv==0.13.9'
compile requirements.lock "Packages the program runs with."
compile requirements-dev.lock "Packages the program runs with and is checked with." \
  --extra dev --extra abroad --extra archive -c requirements.lock
