"""The same operations through the real cinderlib, with Cinder's LVM driver: peer.py '{"options": {...}, "rounds": 3}'.

Prints the milliseconds of each operation in each round as one line of JSON.
"""
import json
import os
import sys
import time

answers = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)

import cinderlib

given = json.loads(sys.argv[1])
# What it holds in memory is lost with the process, but nothing of it waits for a disk.
cinderlib.setup(file_locks_path='/run', root_helper='sudo', persistence_config={'storage': 'memory'})
backend = cinderlib.Backend(volume_backend_name='peer', volume_driver='cinder.volume.drivers.lvm.LVMVolumeDriver',
                            **given['options'])
rounds = []


def timed(figures, operation, work):
    start = time.perf_counter()
    result = work()
    figures[operation] = (time.perf_counter() - start) * 1e3
    return result


for _ in range(given['rounds']):
    figures = {}
    volume = timed(figures, 'create', lambda: backend.create_volume(1))
    snapshot = timed(figures, 'snapshot', volume.create_snapshot)
    timed(figures, 'delete snapshot', snapshot.delete)
    timed(figures, 'attach', volume.attach)
    timed(figures, 'detach', volume.detach)
    timed(figures, 'delete', volume.delete)
    rounds.append(figures)

answers.write(json.dumps(rounds) + '\n')
answers.flush()
