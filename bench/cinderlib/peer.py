"""The operations of the benchmark through the real cinderlib, one per process.

    peer.py create '{"persistence": "memory", "volumes": 1000, "warm_up": 50}'
    peer.py durability '{"persistence": "/path/to/a.sqlite"}'

A persistence is `memory` or the absolute path of a SQLite file. Prints what it measured as one line of JSON.
"""
import json
import os
import resource
import sys
import time

import cinderlib

WARM_UP_NAME = 'warm-up'


def use(persistence):
    """cinderlib as it is by default, with its memory or on a SQLite file, and one backend."""
    config = {'storage': 'memory'}
    if persistence != 'memory':
        config = {'storage': 'db', 'connection': f'sqlite:///{persistence}'}
    cinderlib.setup(file_locks_path=os.getcwd(), persistence_config=config)
    return cinderlib.Backend('noop', volume_driver='noop_driver.NoopDriver')


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def median(numbers):
    return sorted(numbers)[len(numbers) // 2]


def create(persistence, volumes, warm_up):
    backend = use(persistence)
    for _ in range(warm_up):
        backend.create_volume(1, name=WARM_UP_NAME)

    def all_of_them():
        for number in range(volumes):
            backend.create_volume(1, name=f'volume-{number}')

    seconds, _ = timed(all_of_them)
    return {'perSecond': volumes / seconds}


def read(persistence, gets):
    """The first list of a process, then volumes by their ids."""
    backend = use(persistence)
    seconds, volumes = timed(lambda: list(backend.volumes))
    step = max(1, len(volumes) // gets)
    ids = [volume.id for volume in volumes[::step][:gets]]
    got = [timed(lambda: cinderlib.Volume.get_by_id(id))[0] for id in ids]
    return {'listMs': seconds * 1e3, 'getUs': median(got) * 1e6, 'volumes': len(volumes)}


def dump(volumes, to):
    """Creates, lists and dumps in one process: what it takes of time and memory."""
    backend = use('memory')
    for number in range(volumes):
        backend.create_volume(1, name=f'volume-{number}')
    listed = len(list(backend.volumes))
    seconds, text = timed(cinderlib.dumps)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with open(to, 'w') as file:
        file.write(text)
    return {'dumpMs': seconds * 1e3, 'peakMiB': peak / 1024, 'volumes': listed}


def load(persistence, dump):
    use(persistence)
    with open(dump) as file:
        text = file.read()
    seconds, _ = timed(lambda: cinderlib.load(json.loads(text), save=True))
    return {'ms': seconds * 1e3}


def version():
    return {'cinderlib': cinderlib.__version__, 'python': sys.version.split()[0]}


def durability(persistence):
    """How SQLite is set on the connections that cinderlib works with."""
    use(persistence)
    from cinder.db.sqlalchemy import api
    with api.get_engine().connect() as connection:
        return {name: connection.exec_driver_sql(f'PRAGMA {name}').scalar() for name in ('journal_mode', 'synchronous')}


OPERATIONS = {
    'version': version,
    'durability': durability,
    'create': create,
    'read': read,
    'dump': dump,
    'load': load,
}

if __name__ == '__main__':
    name, arguments = sys.argv[1:]
    print(json.dumps(OPERATIONS[name](**json.loads(arguments))))
