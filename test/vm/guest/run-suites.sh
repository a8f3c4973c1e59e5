#!/bin/bash
# Runs test suites, each in a process of its own: run-suites.sh DIRECTORY SECONDS NAME ...
# Other machines may run the same list: each suite is claimed by one of them, in /run/results. There it leaves NAME.jsonl,
# a line for each test, and NAME.exit.
directory=$1 seconds=$2
shift 2
cd /run/results || exit
export NODE_COMPILE_CACHE=/tmp/compile-cache
# Where the processor is emulated, what Node.js compiles would be translated once more: it is faster interpreted.
export NODE_OPTIONS=--jitless

# What is built of the package finds its own programs through it.
ln --symbolic --no-target-directory "$SCORIA_VM_DIRECTORY" "$SCORIA_VM_DIRECTORY/node_modules/scoria"

# What would make the next suite fail: storage, exports, attachments.
left_behind() {
  pvs --noheadings --options pv_name,vg_name
  dmsetup ls | grep --invert-match 'No devices found'
  losetup --all
  grep --extended-regexp ' nfs4? ' /proc/mounts
  ls -d /sys/kernel/config/target/iscsi/iqn.* /sys/kernel/config/target/core/*_* \
    /sys/kernel/config/nvmet/{subsystems,ports,hosts}/* \
    /sys/class/{iscsi_session,nvme,scsi_disk}/* /sys/bus/rbd/devices/* /sys/block/nbd*/pid /var/run/netns/* 2> /dev/null
  grep --files-without-match '"targets": \[\]' /etc/{target,rtslib-fb-target}/saveconfig.json 2> /dev/null
}

for name in "$@"; do
  mkdir "$name.claimed" 2> /dev/null || continue
  echo "━━ $name"
  (cd "$SCORIA_VM_DIRECTORY" && exec timeout --kill-after=10 "$seconds" "$SCORIA_NODE" --enable-source-maps \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter="$directory/reporter.mjs" --test-reporter-destination="/run/results/$name.jsonl" \
    "$directory/$name.mjs")
  code=$?
  left=$(left_behind)
  if [ "$code" -eq 0 ] && [ -n "$left" ]; then
    printf '%s left behind:\n%s\n' "$name" "$left"
    code=1
  fi
  echo "$code" > "$name.exit"
  # What is left to do is for another machine, where it left nothing.
  [ "$code" -eq 0 ] || exit 0
  # Each suite starts its own daemons.
  for daemon in iscsid multipathd tgtd; do pkill -KILL -x "$daemon"; done
  # One that is still ending would pass for one that runs.
  for _ in {1..50}; do pidof iscsid multipathd tgtd > /dev/null || break; sleep 0.1; done
done
