#!/bin/bash
# Runs test suites one after the other, each in a process of its own: run-suites.sh DIRECTORY SECONDS NAME ...
# Leaves in /run/out, for each, NAME.jsonl (a line for each test) and NAME.exit.
directory=$1 seconds=$2
shift 2
export NODE_COMPILE_CACHE=/tmp/compile-cache
failed=0
for name in "$@"; do
  timeout --kill-after=10 "$seconds" "$SCORIA_NODE" --enable-source-maps \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter="$directory/reporter.mjs" --test-reporter-destination="/run/out/$name.jsonl" \
    "$directory/$name.mjs"
  code=$?
  echo "$code" > "/run/out/$name.exit"
  [ "$code" -eq 0 ] || failed=1
done
exit "$failed"
