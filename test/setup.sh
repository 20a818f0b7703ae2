#!/bin/sh
# Brings the checkout to where it can run: dependencies as locked, TypeScript compiled. Does nothing that is done already.
set -e
cd "$(dirname "$0")/.."
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-audit --no-fund
  touch node_modules/.package-lock.json
fi
PATH="$PWD/node_modules/.bin:$PATH"
tsc -p tsconfig.json
