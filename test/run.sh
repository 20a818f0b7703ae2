#!/bin/sh
# Runs test parts: unit, integration, conformance, or all of them one after the other.
set -e
cd "$(dirname "$0")/.."
PATH="$PWD/node_modules/.bin:$PATH"
export NODE_OPTIONS="--enable-source-maps"
run() { mocha --require dist/test/support/hooks.js --recursive --extension .test.js --timeout "$2" --exit "dist/test/$1"; }
part=${1:-all}
case "$part" in
  unit) run unit 10000 ;;
  integration) run integration 300000 ;;
  conformance) run conformance 900000 ;;
  all) run unit 10000; run integration 300000; run conformance 900000 ;;
  *) echo "usage: test/run.sh unit|integration|conformance|all" >&2; exit 2 ;;
esac
