import { expect, test } from 'vitest';
import { decodeAnswer, encodeRequest } from '../../../src/drivers/root-files/tgtd.ts';
import { persistentFile } from '../../../src/drivers/targets/tgt/persistent-file.ts';
import { parseTargets } from '../../../src/drivers/targets/tgt/show.ts';

/** As tgt 1.0.85 prints it. */
const SHOWN = `Target 1: iqn.2010-10.org.openstack:volume-a
    System information:
        Driver: iscsi
        State: ready
    I_T nexus information:
        I_T nexus: 3
            Initiator: iqn.1993-08.org.debian:01:host alias: host
            Connection: 0
                IP Address: 127.0.0.1
        I_T nexus: 4
            Initiator: iqn.1993-08.org.debian:01:other alias: none
            Connection: 0
                IP Address: 127.0.0.1
            Connection: 1
                IP Address: 127.0.0.1
    LUN information:
        LUN: 0
            Type: controller
            SCSI ID: IET     00010000
            SCSI SN: beaf10
            Size: 0 MB, Block size: 1
            Online: Yes
            Removable media: No
            Prevent removal: No
            Readonly: No
            SWP: No
            Thin-provisioning: No
            Backing store type: null
            Backing store path: None
            Backing store flags: 
        LUN: 1
            Type: disk
            SCSI ID: 0123456789abcdef0123456789abcdef
            SCSI SN: 01234567-89ab-cdef-0123-456789abcdef
            Size: 67 MB, Block size: 512
            Online: Yes
            Removable media: No
            Prevent removal: No
            Readonly: No
            SWP: No
            Thin-provisioning: Yes
            Backing store type: rdwr
            Backing store path: /dev/vg/volume-a
            Backing store flags: sync direct
    Account information:
        user
        another (outgoing)
    ACL information:
        ALL
        iqn.1993-08.org.debian:01:host
Target 2: iqn.2010-10.org.openstack:volume-b
    System information:
        Driver: iscsi
        State: ready
    I_T nexus information:
    LUN information:
    Account information:
    ACL information:
`;

test('what tgtd tells of its targets is understood', () => {
  const [first, second] = parseTargets(SHOWN);
  expect(first).toMatchObject({
    tid: 1,
    name: 'iqn.2010-10.org.openstack:volume-a',
    sessions: [
      { sid: 3, initiator: 'iqn.1993-08.org.debian:01:host', connections: [0] },
      { sid: 4, initiator: 'iqn.1993-08.org.debian:01:other', connections: [0, 1] },
    ],
    accounts: ['user'],
    acl: ['ALL', 'iqn.1993-08.org.debian:01:host'],
  });
  expect(first?.luns).toEqual([
    expect.objectContaining({ lun: 0, path: null }),
    {
      lun: 1,
      scsiId: '0123456789abcdef0123456789abcdef',
      scsiSn: '01234567-89ab-cdef-0123-456789abcdef',
      discards: true,
      path: '/dev/vg/volume-a',
      openFlags: 'sync direct',
    },
  ]);
  expect(second).toEqual({
    tid: 2,
    name: 'iqn.2010-10.org.openstack:volume-b',
    sessions: [],
    luns: [],
    accounts: [],
    acl: [],
  });
  expect(parseTargets('')).toEqual([]);
});

test('the file of a target lets in whom it names, and everybody only when it is open', () => {
  const lun = parseTargets(SHOWN)[0]?.luns[1];
  if (lun === undefined) throw new Error('no LUN');
  const target = { iqn: 'iqn.x:volume-a', lun, chap: { user: 'user', password: 'password' }, hasWriteCache: false };
  expect(persistentFile({ ...target, initiators: ['iqn.host'], isOpen: false })).toBe(`
<target iqn.x:volume-a>
    backing-store /dev/vg/volume-a
    driver iscsi
    incominguser user password
    bsoflags sync:direct
    write-cache off
    scsi_sn 01234567-89ab-cdef-0123-456789abcdef
    scsi_id 0123456789abcdef0123456789abcdef
    params thin_provisioning=1
    initiator-address 0.0.0.0
    initiator-name iqn.host
</target>
`);
  expect(persistentFile({ ...target, initiators: [], isOpen: true })).not.toContain('initiator');
});

test('a request to tgtd is the C structure that its tgtadm sends', () => {
  const request = { mode: 'account', operation: 'new', parameters: 'user=u,password=p' } as const;
  const bytes = encodeRequest(request);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  expect(bytes.length).toBe(120 + request.parameters.length + 1);
  expect([0, 4, 72].map((offset) => view.getUint32(offset, true))).toEqual([7, 0, bytes.length]);
  expect(bytes.toString('latin1', 8, 14)).toBe('iscsi\0');
  expect(view.getInt32(76, true)).toBe(-1);
  expect(bytes.toString('utf8', 120)).toBe('user=u,password=p\0');
  const connection = encodeRequest({ mode: 'connection', operation: 'delete', tid: 5, sid: 2 ** 40, cid: 3, lun: 1 });
  const other = new DataView(connection.buffer, connection.byteOffset, connection.length);
  expect([other.getInt32(76, true), other.getBigUint64(80, true), other.getBigUint64(88, true)]).toEqual([
    5,
    2n ** 40n,
    1n,
  ]);
  expect(other.getUint32(96, true)).toBe(3);
});

test('an answer of tgtd is a text or an error, and no answer is one too', () => {
  const answer = (error: number, text: string): Buffer => {
    const bytes = Buffer.alloc(8 + text.length);
    bytes.writeUInt32LE(error);
    bytes.writeUInt32LE(bytes.length, 4);
    bytes.write(text, 8);
    return bytes;
  };
  expect(decodeAnswer(answer(0, 'Target 1\0'))).toEqual({ error: 'SUCCESS', text: 'Target 1' });
  expect(decodeAnswer(answer(20, ''))).toEqual({ error: 'LUN_ACTIVE', text: '' });
  expect(decodeAnswer(answer(99, '')).error).toBe('UNKNOWN_ERROR');
  expect(() => decodeAnswer(Buffer.alloc(4))).toThrow('no answer');
});
