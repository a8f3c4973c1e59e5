"""Reads a dump for cinderlib with Cinder's own objects, as cinderlib does, and tells as one line of JSON what they hold.

    objects.py DUMP
"""
import json
import sys

from cinder import objects
from cinder.objects import base

import told

objects.register_all()
SERIALIZER = base.CinderObjectSerializer()


def volume(dumped):
    read = SERIALIZER.deserialize_entity(None, dumped['ovo'])
    # cinderlib keeps the name of a snapshot's backend there.
    snapshots = [told.snapshot(each, each.progress) for each in read.snapshots]
    connections = [told.connection(each, each.connection_info) for each in read.volume_attachment]
    return told.volume(read, dumped['backend']['volume_backend_name'], snapshots, connections)


if __name__ == '__main__':
    with open(sys.argv[1]) as file:
        volumes = [volume(each) for backend in json.load(file) for each in backend['volumes']]
    print(json.dumps({'volumes': told.by_id(volumes)}, default=str))
