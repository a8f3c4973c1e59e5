"""Cinder as its drivers expect to find it, without its services."""

import functools
import logging
import os
import shlex
import tempfile

import wire
from cinder import objects

objects.register_all()

from oslo_config import cfg  # noqa: E402

CONF = cfg.CONF
CONF([], project='cinder', default_config_files=[])

from cinder import context, coordination, utils  # noqa: E402
from cinder.privsep import sys_admin_pctxt  # noqa: E402
from cinder.volume import manager  # noqa: E402, F401 registers the options of all drivers
from os_brick.privileged import default as brick_pctxt  # noqa: E402
from oslo_privsep import priv_context  # noqa: E402
from oslo_utils import strutils  # noqa: E402

LEVELS = ((logging.ERROR, 'error'), (logging.WARNING, 'warn'), (logging.INFO, 'info'))
MOST_CHARACTERS = 4096


class Forwarding(logging.Handler):
    """Hands log records on; what looks like a credential is masked."""

    def emit(self, record):
        try:
            message = strutils.mask_password(record.getMessage())[:MOST_CHARACTERS]
        except Exception:
            message = 'a log record that cannot be formatted'
        level = next((name for number, name in LEVELS if record.levelno >= number), 'debug')
        wire.send({'log': {'level': level, 'from': record.name, 'message': message}})


def _own_directory():
    place = '/run/scoria/cinder' if os.geteuid() == 0 else f'{tempfile.gettempdir()}/scoria-cinder-{os.geteuid()}'
    os.makedirs(place, mode=0o700, exist_ok=True)
    if os.stat(place).st_uid != os.geteuid():
        raise PermissionError(f'{place} belongs to another user')
    return place


def _gain_root(root_helper):
    if os.geteuid() == 0:
        for entry in (sys_admin_pctxt, brick_pctxt):
            entry.set_client_mode(False)
        return
    priv_context.init(root_helper=shlex.split(root_helper))
    utils.get_root_helper = lambda: root_helper


def prepare(root_helper, host):
    """Locks are of this host: all processes that drive the same storage from here share them."""
    logging.getLogger().handlers = [Forwarding()]
    logging.getLogger().setLevel(logging.INFO)
    place = _own_directory()
    CONF.set_override('host', host)
    CONF.set_override('state_path', place)
    CONF.set_override('lock_path', f'{place}/locks', group='oslo_concurrency')
    CONF.set_override('backend_url', f'file://{place}/locks', group='coordination')
    os.makedirs(f'{place}/locks', exist_ok=True)
    _gain_root(root_helper)
    coordination.COORDINATOR.start()


@functools.cache
def admin():
    return context.RequestContext(user_id='scoria', project_id='scoria', is_admin=True, overwrite=False)
