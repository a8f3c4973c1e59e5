"""Loads a dump with the real cinderlib, and tells as one line of JSON what it then knows.

    load.py DUMP STORAGE BACKEND...

STORAGE is `memory`, or a database that it is saved to and read again from: the path of a SQLite file, or a URL of
SQLAlchemy's. Each BACKEND has a driver that
does nothing. What it dumps of its own at the end is part of the answer.
"""
import json
import os
import sys

import told

DIRECTORY = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.environ['SCORIA_CINDERLIB'])
sys.path.insert(0, os.path.join(DIRECTORY, '..', '..', 'bench', 'cinderlib'))

import cinderlib  # noqa: E402

DRIVER = 'noop_driver.NoopDriver'


def connection(one):
    return told.connection(one, {'conn': one.conn_info, 'connector': one.connector_info, 'device': one.device})


def volume(one):
    snapshots = [told.snapshot(each, each.backend.id) for each in one.snapshots]
    return told.volume(one, one.backend.id, snapshots, [connection(each) for each in one.connections])


def main(dump, storage, *backends):
    config = {'storage': 'memory'}
    if storage != 'memory':
        config = {'storage': 'db', 'connection': storage if '://' in storage else f'sqlite:///{storage}'}
    cinderlib.setup(file_locks_path=os.getcwd(), root_helper='', persistence_config=config, project_id='acme')
    for name in backends:
        cinderlib.Backend(name, volume_driver=DRIVER)
    with open(dump) as file:
        cinderlib.load(file.read(), save=True)
    for backend in cinderlib.Backend.backends.values():
        backend.refresh()
    volumes = [volume(each) for backend in cinderlib.Backend.backends.values() for each in backend.volumes]
    print(json.dumps({'volumes': told.by_id(volumes), 'dump': cinderlib.dump()}, default=str))


if __name__ == '__main__':
    main(*sys.argv[1:])
