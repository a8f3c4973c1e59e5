"""This host as drivers and os-brick's connectors share it: their log, their locks, and root. Without Cinder."""

import logging
import os
import shlex
import tempfile

import os_brick
import wire
from os_brick.privileged import default as brick_pctxt
from oslo_concurrency import lockutils  # noqa: F401 registers lock_path
from oslo_config import cfg
from oslo_privsep import priv_context
from oslo_utils import strutils

CONF = cfg.CONF
CONF([], project='cinder', default_config_files=[])

LEVELS = ((logging.ERROR, 'error'), (logging.WARNING, 'warn'), (logging.INFO, 'info'))
MOST_CHARACTERS = 4096
OPERATION_VARIABLE = 'SCORIA_OPERATION'


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


def _gain_root(root_helper, contexts):
    if os.geteuid() == 0:
        for entry in contexts:
            entry.set_client_mode(False)
        return
    priv_context.init(root_helper=shlex.split(root_helper))


def prepare(root_helper, *contexts):
    """Answers the directory of this user. Locks are of this host: all that works on the same storage from here shares them."""
    logging.getLogger().handlers = [Forwarding()]
    logging.getLogger().setLevel(logging.INFO)
    place = _own_directory()
    os.makedirs(f'{place}/locks', exist_ok=True)
    CONF.set_override('lock_path', f'{place}/locks', group='oslo_concurrency')
    # Releases before Zed have none, and take that directory by themselves.
    if hasattr(os_brick, 'setup'):
        os_brick.setup(CONF)
    _gain_root(root_helper, (brick_pctxt, *contexts))
    return place


def mark_operation(operation):
    """So that whoever takes an operation over finds what was started for it."""
    if operation is None:
        os.environ.pop(OPERATION_VARIABLE, None)
    else:
        os.environ[OPERATION_VARIABLE] = operation
