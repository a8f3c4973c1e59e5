"""Cinder as its drivers expect to find it, without its services."""

import functools
import os

from cinder import objects

objects.register_all()

import host as shared  # noqa: E402
from cinder import context, coordination, utils  # noqa: E402
from cinder.privsep import sys_admin_pctxt  # noqa: E402
from cinder.volume import manager  # noqa: E402, F401 registers the options of all drivers

CONF = shared.CONF


def prepare(root_helper, host):
    place = shared.prepare(root_helper, sys_admin_pctxt)
    CONF.set_override('host', host)
    CONF.set_override('state_path', place)
    CONF.set_override('backend_url', f'file://{place}/locks', group='coordination')
    if os.geteuid() != 0:
        utils.get_root_helper = lambda: root_helper
    coordination.COORDINATOR.start()


@functools.cache
def admin():
    return context.RequestContext(user_id='scoria', project_id='scoria', is_admin=True, overwrite=False)
