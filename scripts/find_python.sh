#!/bin/sh
# Print a Python of version 3.11 or newer that can make virtual environments. PYTHON=... chooses one.
set -eu

usable='import sys; sys.exit(sys.version_info < (3, 11))'
can_make_venv='import ensurepip, venv'
incomplete=

for name in ${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3 python}; do
  "$name" -c "$usable" >/dev/null 2>&1 || continue
  if "$name" -c "$can_make_venv" >/dev/null 2>&1; then
    "$name" -c 'import sys; print(sys.executable)'
    exit 0
  fi
  incomplete=$name
done

if [ -n "$incomplete" ]; then
  echo "error: $incomplete cannot make virtual environments. On Debian or Ubuntu: apt install $(basename "$incomplete")-venv" >&2
else
  echo "error: Yichuan needs Python 3.11 or newer, and found none of: ${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3 python}." >&2
  echo "       Install one, or name it: make setup PYTHON=/path/to/python3" >&2
fi
exit 1
