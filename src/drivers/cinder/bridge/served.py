"""The one driver of this process, and the calls of it."""

import driver_classes
import host
import records
import runtime
import wire
from cinder import exception
from cinder.volume import configuration
from database import Database

MOST_LISTED = 1_000_000

_database = Database()
_open = {}


def open_backend(request):
    """Sets the driver up, as the start of Cinder's service does."""
    runtime.prepare(request['root_helper'], request['host'])
    _database.install()
    kind, _ = driver_classes.found(request['class'])
    name = request['backend']
    conf = configuration.Configuration(list(driver_classes.options().values()), config_group=name)
    for option, value in {**request['options'], 'volume_backend_name': name}.items():
        runtime.CONF.set_override(option, value, group=name)
    runtime.CONF.set_override('volume_driver', request['class'], group=name)
    driver = kind(configuration=conf, db=_database, host=f'{request["host"]}@{name}', is_vol_db_empty=False)
    driver.do_setup(runtime.admin())
    driver.check_for_setup_error()
    driver.init_capabilities()
    driver.set_throttle()
    driver.set_initialized()
    _open.update(driver=driver, name=name, host=request['host'], pools=[])
    stats = get_stats(driver, {})
    pools = stats.get('pools') or []
    _open['pools'] = [pool.get('pool_name', name) for pool in pools if isinstance(pool, dict)] or [name]
    return stats


def call(work, request):
    host.mark_operation(request.get('operation'))
    driver, given = _open['driver'], _objects(request)
    if work in EFFECTS:
        EFFECTS[work](driver, given)
        return None
    return CALLS[work](driver, given)


def _default_host(pool):
    return f'{_open["host"]}@{_open["name"]}#{pool or _open["pools"][0]}'


def _objects(request):
    """The request, with versioned objects in the place of records."""
    made = dict(request)
    for role in ('volume', 'source'):
        if role in request:
            made[role] = records.volume_of(request[role], _default_host, request.get('connections', ()))
    if 'snapshot' in request:
        made['snapshot'] = records.snapshot_of(request['snapshot'], made['source'])
    _database.begin(
        [made[role] for role in ('volume', 'source') if role in made],
        [made['snapshot']] if 'snapshot' in made else [],
    )
    return made


def _told(resource, update):
    """What the driver said of a resource: what it saved, what it assigned, and what it answered."""
    assigned = resource.obj_what_changed() - {*resource.OPTIONAL_FIELDS} | {'metadata'}
    changed = {name: resource[name] for name in assigned & resource.obj_what_changed()}
    told = {**_database.saved.get(resource.id, {}), **changed, **dict(update or {})}
    known = {name: wire.plain(told[name]) for name in records.TOLD if name in told}
    dropped = sorted(name for name in told if name not in records.TOLD and name not in ('status', 'size', 'id'))
    return {'update': known, 'dropped': dropped}


def get_stats(driver, _):
    return wire.plain(driver.get_volume_stats(refresh=True))


def create_volume(driver, given):
    return _told(given['volume'], driver.create_volume(given['volume']))


def create_volume_from_snapshot(driver, given):
    return _told(given['volume'], driver.create_volume_from_snapshot(given['volume'], given['snapshot']))


def create_cloned_volume(driver, given):
    return _told(given['volume'], driver.create_cloned_volume(given['volume'], given['source']))


def create_snapshot(driver, given):
    return _told(given['snapshot'], driver.create_snapshot(given['snapshot']))


def create_export(driver, given):
    return _told(given['volume'], driver.create_export(runtime.admin(), given['volume'], given['connector']))


def manage_existing(driver, given):
    driver.manage_existing_get_size(given['volume'], given['reference'])
    return _told(given['volume'], driver.manage_existing(given['volume'], given['reference']))


def initialize_connection(driver, given):
    driver.validate_connector(given['connector'])
    return wire.plain(driver.initialize_connection(given['volume'], given['connector']))


def terminate_connection(driver, given):
    driver.terminate_connection(given['volume'], given['connector'], force=given['force'])


def size_of_volume(driver, given):
    return _size(lambda: driver.manage_existing_get_size(given['volume'], {'source-name': given['volume'].name}))


def size_of_snapshot(driver, given):
    snapshot = given['snapshot']
    # LVM keeps names that begin with "snapshot" for itself, so that Cinder's driver of it has another.
    names = (snapshot.name, f'_{snapshot.name}')
    sizes = (_size(lambda: driver.manage_existing_snapshot_get_size(snapshot, {'source-name': name})) for name in names)
    return next((size for size in sizes if size is not None), None)


def _size(ask):
    """GiB; `None` says that it is not found by this name, which some drivers say of all that Cinder has."""
    try:
        return int(ask())
    except exception.ManageExistingInvalidReference:
        return None


def list_volumes(driver, given):
    return _listed(driver.get_manageable_volumes, given)


def list_snapshots(driver, given):
    return _listed(driver.get_manageable_snapshots, given)


def _listed(ask, given):
    known = [given[role] for role in ('snapshot', 'volume') if role in given][:1]
    return wire.plain(ask(known, None, MOST_LISTED, 0, ['reference'], ['asc']))


CALLS = {
    'get_stats': get_stats,
    'create_volume': create_volume,
    'create_volume_from_snapshot': create_volume_from_snapshot,
    'create_cloned_volume': create_cloned_volume,
    'create_snapshot': create_snapshot,
    'create_export': create_export,
    'manage_existing': manage_existing,
    'initialize_connection': initialize_connection,
    'size_of_volume': size_of_volume,
    'size_of_snapshot': size_of_snapshot,
    'list_volumes': list_volumes,
    'list_snapshots': list_snapshots,
}

# These answer nothing.
EFFECTS = {
    'delete_volume': lambda driver, given: driver.delete_volume(given['volume']),
    'delete_snapshot': lambda driver, given: driver.delete_snapshot(given['snapshot']),
    'extend_volume': lambda driver, given: driver.extend_volume(given['volume'], given['size']),
    'remove_export': lambda driver, given: driver.remove_export(runtime.admin(), given['volume']),
    'terminate_connection': terminate_connection,
    'revert_to_snapshot': lambda driver, given: driver.revert_to_snapshot(
        runtime.admin(), given['volume'], given['snapshot']
    ),
    'freeze_backend': lambda driver, _: driver.freeze_backend(runtime.admin()),
    'thaw_backend': lambda driver, _: driver.thaw_backend(runtime.admin()),
}
