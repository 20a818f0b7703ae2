#!/bin/sh
# Brings the checkout to where it can run: dependencies as locked, TypeScript compiled. Does nothing that is done already.
set -e
cd "$(dirname "$0")/.."
# The lock file as installed is kept beside what it installed. A linked node_modules belongs to another checkout.
installed=node_modules/.installed-lock.json
if [ ! -L node_modules ] && ! cmp -s package-lock.json "$installed"; then
  npm ci --no-audit --no-fund || npm ci --no-audit --no-fund
  cp package-lock.json "$installed"
fi
PATH="$PWD/node_modules/.bin:$PATH"
major=$(node -p 'process.versions.node.split(".")[0]')
if [ "$major" -lt 24 ]; then
  echo "Node.js 24 or later is needed; this is $(node -v), and there is no packaged one for this platform" >&2
  exit 1
fi
tsc -p tsconfig.json
# What was compiled from a source that has gone would still be run and tested.
find dist -name '*.js' | while read -r file; do
  source=${file#dist/}
  [ -f "${source%.js}.ts" ] || rm -f "$file" "$file.map" "${file%.js}.d.ts"
done
