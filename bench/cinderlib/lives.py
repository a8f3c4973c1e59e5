"""Lives of volumes through the real cinderlib: lives.py '{"driver": "module.Class", "options": {...}, "rounds": 3,
"operations": ["create", "delete"]}'.

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
backend = cinderlib.Backend(volume_backend_name='peer', volume_driver=given['driver'], **given['options'])


class Life:
    """One volume of 1 GiB, from its creation to its end."""

    def create(self):
        self.volume = backend.create_volume(1)

    def extend(self):
        self.volume.extend(2)

    def snapshot(self):
        self.taken = self.volume.create_snapshot()

    def clone(self):
        self.copy = self.taken.create_volume()

    def delete_clone(self):
        self.copy.delete()

    def delete_snapshot(self):
        self.taken.delete()

    def attach(self):
        self.volume.attach()

    def detach(self):
        self.volume.detach()

    def delete(self):
        self.volume.delete()


rounds = []
for _ in range(given['rounds']):
    life, figures = Life(), {}
    for operation in given['operations']:
        work = getattr(life, operation.replace(' ', '_'))
        start = time.perf_counter()
        work()
        figures[operation] = (time.perf_counter() - start) * 1e3
    rounds.append(figures)

answers.write(json.dumps(rounds) + '\n')
answers.flush()
