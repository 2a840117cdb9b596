#!/bin/sh
# Print a Python of version 3.11 or newer that can make virtual environments: the first one found,
# unless another works clearly faster. Version managers compile without profile-guided optimisation,
# and what they make takes a third longer for everything. PYTHON=... chooses one.
set -eu

names=${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3 python /usr/bin/python3 /usr/local/bin/python3}
usable='import sys; sys.exit(sys.version_info < (3, 11))'
may_serve='import ensurepip, os, sys, venv; print(os.path.realpath(sys.executable), sys.executable)'
# Microseconds of some ordinary work, the best of sixty, and the interpreter's place.
race='
import sys, time
def work():
    seen = {}
    for n in range(1500):
        key = (n % 97, str(n % 13))
        seen[key] = seen.get(key, 0) + len([k for k in range(5)])
def once():
    began = time.process_time()
    work()
    return round((time.process_time() - began) * 1e6)
print(min(once() for _ in range(60)), sys.executable)
'

suitable=$(for name in $names; do
  "$name" -c "$usable" >/dev/null 2>&1 || continue
  "$name" -c "$may_serve" 2>/dev/null ||
    echo "note: $name cannot make virtual environments. On Debian or Ubuntu: apt install $(basename "$name")-venv" >&2
done | awk '!seen[$1]++ { print $2 }')

if [ -z "$suitable" ]; then
  echo "error: Yichuan needs Python 3.11 or newer that can make virtual environments, and found none of: $names." >&2
  echo "       Install one, or name it: make setup PYTHON=/path/to/python3" >&2
  exit 1
fi
# In turns: a machine that is busy for a moment slows all of them.
for _ in 1 2 3; do
  for name in $suitable; do "$name" -c "$race"; done
done | awk '
  { took = $1; sub(/^[0-9]+ /, "") }
  !($0 in least) { order[++count] = $0; least[$0] = took }
  took < least[$0] { least[$0] = took }
  END {
    for (n = 1; n <= count; n++) if (n == 1 || least[order[n]] < 0.9 * least[best]) best = order[n]
    print best
  }
'
