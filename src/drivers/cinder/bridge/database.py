"""What drivers ask of Cinder's database, answered from the request in flight. Nothing is kept."""

import types

import cinder.db.api
from cinder import exception, objects


class Database:
    def __init__(self):
        self.volumes = {}
        self.snapshots = {}
        self.saved = {}

    def begin(self, volumes, snapshots):
        """The objects of the next call."""
        self.volumes = {volume.id: volume for volume in volumes}
        self.snapshots = {snapshot.id: snapshot for snapshot in snapshots}
        self.saved = {}

    def install(self):
        cinder.db.api.IMPL = self
        objects.Volume.get_by_id = staticmethod(lambda context, id, *_, **__: self.volume_get(context, id))
        objects.Snapshot.get_by_id = staticmethod(lambda context, id, *_, **__: self.snapshot_get(context, id))
        objects.QualityOfServiceSpecs.get_by_id = staticmethod(lambda context, id, *_, **__: self._type(id).qos_specs)

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        raise NotImplementedError(f"Cinder's database is not there, of which the driver wants {name}")

    def get_engine(self):
        """Drivers of file systems drop the connections of it, of which SQLite has none."""
        return types.SimpleNamespace(name='sqlite')

    def volume_get(self, context, volume_id):
        if volume_id not in self.volumes:
            raise exception.VolumeNotFound(volume_id=volume_id)
        return self.volumes[volume_id]

    def snapshot_get(self, context, snapshot_id):
        if snapshot_id not in self.snapshots:
            raise exception.SnapshotNotFound(snapshot_id=snapshot_id)
        return self.snapshots[snapshot_id]

    def resource_exists(self, context, model, resource_id, inspection=None):
        """What is adopted is not of the record, which was seen to before the driver was called."""
        return resource_id in self.volumes or resource_id in self.snapshots

    def volume_get_all_by_host(self, context, host, filters=None):
        return list(self.volumes.values())

    def _type(self, type_id):
        for volume in self.volumes.values():
            if volume.volume_type is not None and volume.volume_type_id == type_id:
                return volume.volume_type
        raise exception.VolumeTypeNotFound(volume_type_id=type_id)

    def volume_type_get(self, context, id, inactive=False, expected_fields=None):
        found = self._type(id)
        told = {name: found[name] for name in ('id', 'name', 'description', 'is_public', 'qos_specs_id')}
        return {**told, 'extra_specs': dict(found.extra_specs), 'projects': [], 'deleted': False}

    def volume_type_qos_specs_get(self, context, type_id):
        return {'qos_specs': self._specs(self._type(type_id).qos_specs)}

    def qos_specs_get(self, context, qos_specs_id, inactive=False):
        return self._specs(self._type(qos_specs_id).qos_specs)

    def _specs(self, found):
        return found and {**{name: found[name] for name in ('id', 'name', 'consumer')}, 'specs': dict(found.specs)}

    def image_volume_cache_get_by_volume_id(self, context, volume_id):
        return None

    def volume_metadata_get(self, context, volume_id):
        return dict(self.volume_get(context, volume_id).metadata or {})

    def volume_admin_metadata_get(self, context, volume_id):
        return dict(self.volume_get(context, volume_id).admin_metadata or {})

    def volume_update(self, context, volume_id, values):
        self.saved.setdefault(volume_id, {}).update(values)

    def snapshot_update(self, context, snapshot_id, values):
        self.saved.setdefault(snapshot_id, {}).update(values)

    def volume_metadata_update(self, context, volume_id, metadata, delete, meta_type=None):
        merged = dict(metadata) if delete else {**self.volume_metadata_get(context, volume_id), **metadata}
        self.volume_update(context, volume_id, {'metadata': merged})
        return merged

    def volume_admin_metadata_update(self, context, volume_id, metadata, delete, add=True, update=True):
        merged = dict(metadata) if delete else {**self.volume_admin_metadata_get(context, volume_id), **metadata}
        self.volume_update(context, volume_id, {'admin_metadata': merged})
        return merged
