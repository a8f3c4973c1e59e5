"""Has the real cinderlib make volumes over LVM and LIO, and writes its dump of them: test/fixtures/cinderlib-5.0/lvm.json.

    npm run vm -- --packages cinder env SCORIA_CINDERLIB=DIRECTORY python3 test/cinderlib/write-lvm.py FILE

Of the volumes one was written to and has a snapshot, one is a copy of that, and one is connected to this host.
"""
import os
import subprocess
import sys

sys.path.insert(0, os.environ['SCORIA_CINDERLIB'])

import cinderlib  # noqa: E402


def main(file):
    for command in (
        ['modprobe', '--all', 'target_core_iblock', 'iscsi_target_mod', 'iscsi_tcp', 'dm_snapshot', 'dm_thin_pool'],
        ['vgcreate', 'cinder-volumes', '/dev/vda'],
        ['iscsid'],
    ):
        subprocess.run(command, check=True)
    cinderlib.setup(file_locks_path='/run/lock', root_helper='env', project_id='acme', user_id='ops')
    lvm = cinderlib.Backend(
        volume_backend_name='lvm_iscsi',
        volume_driver='cinder.volume.drivers.lvm.LVMVolumeDriver',
        volume_group='cinder-volumes',
        target_protocol='iscsi',
        target_helper='lioadm',
        target_ip_address='127.0.0.1',
        lvm_type='thin',
    )
    data = lvm.create_volume(2, name='data')
    attached = data.attach()
    with open(attached.path, 'r+b') as device:
        device.seek(4096)
        device.write(b'by cinderlib')
    data.detach()
    snapshot = data.create_snapshot('nightly')
    snapshot.create_volume(name='copy')
    lvm.create_volume(1, name='connected').connect(
        {'initiator': 'iqn.1993-08.org.debian:01:scoria-vm', 'ip': '127.0.0.1', 'host': 'compute-1', 'multipath': False}
    )
    with open(file, 'w') as out:
        out.write(cinderlib.dumps())


main(*sys.argv[1:])
