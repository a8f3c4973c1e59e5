"""os-brick's connectors: the host's side of connections whose protocol Scoria has no connector of its own for."""

import os
import stat

import host
import wire
from os_brick.initiator import connector as initiator
from oslo_concurrency import processutils


class Refused(Exception):
    """Nothing was changed on this host."""


def call(request):
    if request['call'] == 'protocols':
        return sorted(name.lower() for name in initiator.get_connector_mapping())
    host.mark_operation(request['operation'])
    try:
        host.prepare(request['root_helper'])
        connector, point = _built(request)
    except Exception as error:
        raise Refused(f'{type(error).__name__}: {error}') from error
    return CALLS[request['call']](connector, point, request)


def _built(request):
    """
    The connector, and where it mounts what is a file system: in a directory that nobody else mounts in. That of Cinder's
    driver is the driver's, which may be on this host and at work in it.
    """
    info = {**request['info'], 'mount_point_base': request['mounts']}
    connector = initiator.InitiatorConnector.factory(
        info['driver_volume_type'], request['root_helper'], use_multipath=request['multipath'], conn=info
    )
    client = getattr(connector, '_remotefsclient', None)
    return connector, client and client.get_mount_point(info['data']['export'])


def _as_root(connector, *command):
    connector._execute(*command, run_as_root=True, root_helper=connector._root_helper)


def connect(connector, point, request):
    if point is not None:
        _as_root(connector, 'mkdir', '-p', point)
    device = connector.connect_volume(request['info']['data'])
    path = os.fsdecode(device['path'])
    kind = 'block' if stat.S_ISBLK(os.stat(path).st_mode) else 'file'
    return wire.plain({**device, 'path': path, 'type': kind})


def disconnect(connector, point, request):
    properties, force = request['info']['data'], request['force']
    connector.disconnect_volume(properties, request['device'] or {}, force=force, ignore_errors=False)
    if point is not None and not request['shared']:
        _unmount(connector, point, force)


def _unmount(connector, point, force):
    """os-brick never does, because it does not know who else uses the mount."""
    if point in connector._remotefsclient._read_mounts():
        try:
            _as_root(connector, 'umount', *(['--force'] if force else []), point)
        except processutils.ProcessExecutionError as error:
            if 'busy' in str(error.stderr):
                raise Refused(f'{point} is in use') from error
            raise
    if os.path.isdir(point):
        _as_root(connector, 'rmdir', '--ignore-fail-on-non-empty', point)


def extend(connector, _, request):
    """`None` where os-brick has nothing to do, as for files."""
    try:
        return connector.extend_volume(request['info']['data'])
    except NotImplementedError:
        return None


CALLS = {'connect': connect, 'disconnect': disconnect, 'extend': extend}
