#!/bin/sh
# Runs parts of the tests, each in a process of its own: unit, integration, conformance, or all three; further arguments
# go to mocha (-g "part of a title"). All asked for run, also after one has failed. The last line counts them all.
cd "$(dirname "$0")/.." || exit 2
PATH="$PWD/node_modules/.bin:$PATH"
# kafkajs, which tests talk to Kafka with, warns of a timer of its own.
export NODE_OPTIONS="--enable-source-maps --disable-warning=TimeoutNegativeWarning"
SLUICE_TEST_TOTALS=$(mktemp) || exit 2
export SLUICE_TEST_TOTALS
trap 'rm -f "$SLUICE_TEST_TOTALS"' EXIT
exit_code=0

# run <part> <milliseconds a test may take> [arguments of mocha]
run() {
  part=$1
  timeout=$2
  shift 2
  [ -d "test/$part" ] || return 0
  echo "== $part"
  started=$(date +%s)
  lines=$(wc -l < "$SLUICE_TEST_TOTALS")
  mocha --forbid-only --reporter dist/test/support/reporter.js --timeout "$timeout" "$@" "dist/test/$part" || exit_code=1
  # A run that broke off has counted nothing: it is one failure.
  [ "$(wc -l < "$SLUICE_TEST_TOTALS")" -gt "$lines" ] || echo "0 1 0" >> "$SLUICE_TEST_TOTALS"
  echo "== $part took $(($(date +%s) - started)) s"
}

part=${1:-all}
[ $# -eq 0 ] || shift
case "$part" in
  unit) run unit 10000 "$@" ;;
  integration) run integration 300000 "$@" ;;
  conformance) run conformance 900000 "$@" ;;
  all) run unit 10000 "$@"; run integration 300000 "$@"; run conformance 900000 "$@" ;;
  *) echo "usage: test/run.sh unit|integration|conformance|all" >&2; exit 2 ;;
esac
awk '{ passed += $1; failed += $2; pending += $3 }
  END { print passed + 0 " passed, " failed + 0 " failed" (pending ? ", " pending " not run" : "") }' "$SLUICE_TEST_TOTALS"
exit $exit_code
