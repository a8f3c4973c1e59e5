#!/bin/bash
# Runs test suites, each in a process of its own: run-suites.sh DIRECTORY SECONDS NAME ...
# Other machines may run the same list: each suite is claimed by one of them, in /run/results. There it leaves NAME.jsonl,
# a line for each test, and NAME.exit.
directory=$1 seconds=$2
shift 2
cd /run/results || exit
export NODE_COMPILE_CACHE=/tmp/compile-cache
for name in "$@"; do
  mkdir "$name.claimed" 2> /dev/null || continue
  echo "━━ $name"
  (cd "$SCORIA_VM_DIRECTORY" && exec timeout --kill-after=10 "$seconds" "$SCORIA_NODE" --enable-source-maps \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter="$directory/reporter.mjs" --test-reporter-destination="/run/results/$name.jsonl" \
    "$directory/$name.mjs")
  code=$?
  echo "$code" > "$name.exit"
  # What it left would make others fail; they get another machine.
  [ "$code" -eq 0 ] || exit 0
  # Each suite starts its own daemons.
  for daemon in iscsid multipathd tgtd; do pkill -KILL -x "$daemon"; done
done
