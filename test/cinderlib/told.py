"""What is told of Cinder's objects, as JSON. cinderlib's are made of them, and have their fields."""


def iso(moment):
    return moment and moment.strftime('%Y-%m-%dT%H:%M:%S.%f')


def by_id(objects):
    return sorted(objects, key=lambda each: each['id'])


def snapshot(one, backend):
    return {
        'id': one.id,
        'name': one.display_name,
        'size': one.volume_size,
        'status': one.status,
        'provider_location': one.provider_location,
        'backend': backend,
    }


def connection(one, info):
    return {
        'id': one.id,
        'conn_info': info.get('conn', {}),
        'connector': info.get('connector'),
        'device': info.get('device'),
        'attached': info.get('device') is not None,
        'attach_mode': one.attach_mode,
        'attached_host': one.attached_host,
    }


def volume(one, backend, snapshots, connections):
    kind = one.volume_type if one.volume_type_id == one.id else None
    return {
        'id': one.id,
        'name': one.display_name,
        'size': one.size,
        'status': one.status,
        'host': one.host,
        'backend': backend,
        'metadata': one.metadata,
        'extra_specs': kind.extra_specs if kind else {},
        'qos_specs': kind.qos_specs.specs if kind and kind.qos_specs else {},
        'provider_location': one.provider_location,
        'provider_auth': one.provider_auth,
        'created_at': iso(one.created_at),
        'snapshots': by_id(snapshots),
        'connections': by_id(connections),
    }
