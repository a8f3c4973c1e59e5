"""Cinder's versioned objects, made of what a request says of the record."""

import copy
import datetime
import functools

import runtime
from cinder import objects

# What a driver may say of a resource, in its model update or by assigning it.
TOLD = ('provider_location', 'provider_id', 'provider_auth', 'replication_status', 'metadata')


@functools.cache
def _blank(kind):
    """All fields that are not loaded later are there, as in a database row."""
    known = {name: None for name in kind.fields if name not in kind.OPTIONAL_FIELDS and kind.fields[name].nullable}
    loaded = {'metadata': {}} if 'metadata' in kind.OPTIONAL_FIELDS else {}
    return kind(runtime.admin(), **{**known, **loaded, 'deleted': False})


def _unset(kind, **values):
    """Copied from a blank one, because making one takes longer than most calls."""
    made = copy.copy(_blank(kind))
    made._changed_fields = set()
    for name, value in values.items():
        setattr(made, name, value)
    return made


def _list(kind, members):
    made = kind(runtime.admin(), objects=members)
    made.obj_reset_changes()
    return made


def _moment(text):
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))


def _type_of(record):
    """A type of its own for a volume that has specs: what Cinder takes them from."""
    extra_specs, qos_specs = record.get('extra_specs') or {}, record.get('qos_specs') or {}
    if not extra_specs and not qos_specs:
        return None
    made = _unset(
        objects.VolumeType,
        id=record['id'],
        name=f'of {record["id"]}',
        is_public=True,
        extra_specs=extra_specs,
        projects=[],
        qos_specs=None,
    )
    if qos_specs:
        qos = _unset(objects.QualityOfServiceSpecs, id=record['id'], name=made.name, consumer='back-end')
        qos.specs = qos_specs
        qos.obj_reset_changes()
        made.qos_specs_id, made.qos_specs = qos.id, qos
    made.obj_reset_changes()
    return made


def _attachment(connection, volume):
    made = _unset(
        objects.VolumeAttachment,
        id=connection['id'],
        volume_id=volume.id,
        attach_status='attached',
        attach_mode=connection['attach_mode'],
        attached_host=connection['connector'].get('host'),
        connector=connection['connector'],
        connection_info=None,
    )
    made.volume = volume
    made.obj_reset_changes()
    return made


def volume_of(record, default_host, connections=()):
    volume_type = _type_of(record)
    made = _unset(
        objects.Volume,
        use_quota=True,
        shared_targets=True,
        display_name=record['name'],
        display_description=record['description'],
        created_at=_moment(record['created_at']),
        host=record['host'] or default_host(record['pool_name']),
        volume_type_id=volume_type and volume_type.id,
        volume_type=volume_type,
        admin_metadata={},
        glance_metadata={},
        consistencygroup=None,
        group=None,
        cluster=None,
        snapshots=_list(objects.SnapshotList, []),
        **{
            name: record[name]
            for name in ('id', 'size', 'status', 'attach_status', 'bootable', 'multiattach', 'availability_zone')
        },
        **{name: record[name] for name in ('user_id', 'project_id', 'snapshot_id', 'source_volid', *TOLD)},
    )
    attachments = [_attachment(connection, made) for connection in connections]
    made.volume_attachment = _list(objects.VolumeAttachmentList, attachments)
    made.obj_reset_changes()
    return made


def snapshot_of(record, volume):
    made = _unset(
        objects.Snapshot,
        use_quota=True,
        progress='100%',
        display_name=record['name'],
        display_description=record['description'],
        created_at=_moment(record['created_at']),
        volume=volume,
        volume_type_id=volume.volume_type_id,
        cgsnapshot=None,
        group_snapshot=None,
        **{name: record[name] for name in ('id', 'volume_id', 'volume_size', 'status', 'user_id', 'project_id')},
        **{name: record[name] for name in ('provider_location', 'provider_id', 'metadata')},
    )
    made.obj_reset_changes()
    return made
