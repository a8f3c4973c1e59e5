"""Cinder's own drivers as a judge: one JSON request per line on stdin, one JSON answer per line on stdout.

{"call": "create_volume", "volume": {...}} -> {"answer": ...} or {"error": "..."}. The first request is
{"call": "setup", "driver": "cinder.volume.drivers.lvm.LVMVolumeDriver", "options": {...}}. Volumes and snapshots are
plain data with Cinder's names. What Cinder keeps is kept in the directory JUDGE_STATE.
"""
import importlib
import json
import os
import sys

# Libraries print; what they print is not an answer.
answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

from oslo_config import cfg

from cinder import objects

objects.register_all()
CONF = cfg.CONF
CONF([], project="cinder", default_config_files=[])

import cinder.db.api
import cinder.privsep
import cinder.utils
import cinder.volume.manager
from cinder import coordination
from cinder.volume import configuration
from cinder.volume import driver as volume_driver

STATE = os.environ["JUDGE_STATE"]
CONF.set_override("state_path", STATE)
CONF.set_override("lock_path", STATE, group="oslo_concurrency")
CONF.set_override("backend_url", "file://" + STATE, group="coordination")
CONF.set_override("host", "judge")
# Root already: programs are run as they are.
cinder.utils.get_root_helper = lambda: "env"
cinder.privsep.sys_admin_pctxt.set_client_mode(False)


class Record(dict):
    """A volume or snapshot with the attributes and items that drivers ask for."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name)


def volume(data):
    defaults = {"multiattach": False, "volume_attachment": [], "provider_location": None, "provider_auth": None}
    # Of kinds of volumes that nothing here has.
    defaults.update({"encryption_key_id": None, "group_id": None, "volume_type_id": None, "volume_type": None, "use_quota": True})
    return Record({**defaults, **data, "name": "volume-" + data["id"], "name_id": data["id"], "host": "judge"})


def snapshot(data):
    return Record({**data, "name": "snapshot-" + data["id"], "volume_name": "volume-" + data["volume_id"]})


class Database:
    """Drivers ask it for what a volume's record holds."""

    def __init__(self):
        self.volumes = {}

    def volume_get(self, context, volume_id):
        return self.volumes.get(volume_id, Record(provider_auth=None))


database = Database()


def setup(driver, options):
    module, name = driver.rsplit(".", 1)
    driver_class = getattr(importlib.import_module(module), name)
    group = configuration.Configuration(volume_driver.volume_opts, config_group="judge")
    group.append_config_values(driver_class.get_driver_options())
    cinder.volume.manager  # Its import registered the options of targets.
    for name, value in {"volume_backend_name": "judge", **options}.items():
        CONF.set_override(name, value, group="judge")
    made = driver_class(configuration=group, db=database, execute=cinder.utils.execute, host="judge")
    if hasattr(made, "target_driver"):
        made.target_driver.db = database
    made.do_setup(None)
    made.check_for_setup_error()
    made.set_initialized()
    return made


def perform(judged, request):
    call = request["call"]
    given = {name: value for name, value in request.items() if name != "call"}
    if "volume" in given:
        given["volume"] = volume(given["volume"])
        database.volumes[given["volume"]["id"]] = given["volume"]
    source = given.get("source")
    method = getattr(judged, call)
    if call in ("create_volume", "delete_volume"):
        return method(given["volume"])
    if call in ("create_snapshot", "delete_snapshot"):
        return method(snapshot(given["snapshot"]))
    if call == "create_volume_from_snapshot":
        return method(given["volume"], snapshot(given["snapshot"]))
    if call == "create_cloned_volume":
        return method(given["volume"], volume(source))
    if call == "extend_volume":
        return method(given["volume"], given["size"])
    if call == "create_export":
        return method(None, given["volume"], given["connector"])
    if call in ("remove_export", "ensure_export"):
        return method(None, given["volume"])
    if call in ("initialize_connection", "terminate_connection"):
        return method(given["volume"], given["connector"])
    if call == "revert_to_snapshot":
        return method(None, given["volume"], snapshot(given["snapshot"]))
    if call == "get_volume_stats":
        return method(refresh=True)
    raise ValueError(call)


judged = None
coordination.COORDINATOR.start()
for line in sys.stdin:
    request = json.loads(line)
    try:
        if request["call"] == "setup":
            judged = setup(request["driver"], request["options"])
            answer = None
        else:
            answer = perform(judged, request)
        answers.write(json.dumps({"answer": answer}, default=str) + "\n")
    except Exception as error:
        answers.write(json.dumps({"error": "%s: %s" % (type(error).__name__, error)}) + "\n")
