import { describe, expect, test } from 'vitest';
import { CommandError } from '../../../src/drivers/command-runner.ts';
import { lvmFailure } from '../../../src/drivers/lvm/failures.ts';
import { readFullReport, readLvs } from '../../../src/drivers/lvm/report.ts';

/** What LVM 2.03.16 printed of a volume that is being merged into, once hidden and twice visible. */
const MERGING = `
  {
      "report": [
          {
              "lv": [
                  {"lv_name":"[_snapshot-s1]", "lv_size":"272629760", "lv_active":"active", "lv_device_open":"", "lv_layout":"linear", "lv_snapshot_invalid":"", "lv_tags":"", "origin":"volume-a", "origin_size":"268435456", "data_percent":"19.46", "metadata_percent":""},
                  {"lv_name":"volume-a", "lv_size":"536870912", "lv_active":"active", "lv_device_open":"open", "lv_layout":"linear", "lv_snapshot_invalid":"unknown", "lv_tags":"scoria.reverting.s1=536870912", "origin":"", "origin_size":"536870912", "data_percent":"", "metadata_percent":""},
                  {"lv_name":"volume-a", "lv_size":"536870912", "lv_active":"active", "lv_device_open":"open", "lv_layout":"linear", "lv_snapshot_invalid":"unknown", "lv_tags":"scoria.reverting.s1=536870912", "origin":"", "origin_size":"536870912", "data_percent":"", "metadata_percent":""}
              ]
          }
      ]
  }`;

const THIN = `
  {
      "report": [
          {
              "vg": [
                  {"vg_size":"4290772992", "vg_free":"4013948928", "pv_count":"3", "vg_missing_pv_count":"1", "vg_exported":"exported", "vg_permissions":"writeable", "vg_clustered":"", "vg_shared":""}
              ]
              ,
              "pv": [
                  {"pv_name":"/dev/vda"}
              ]
              ,
              "lv": [
                  {"lv_name":"cinder-volumes-pool", "lv_size":"268435456", "lv_active":"active", "lv_device_open":"open", "lv_layout":"thin,pool", "lv_snapshot_invalid":"unknown", "lv_tags":"", "origin":"", "origin_size":"", "data_percent":"97.66", "metadata_percent":"12.70"},
                  {"lv_name":"_snapshot-t", "lv_size":"1073741824", "lv_active":"", "lv_device_open":"unknown", "lv_layout":"thin,sparse", "lv_snapshot_invalid":"unknown", "lv_tags":"", "origin":"volume-t", "origin_size":"", "data_percent":"", "metadata_percent":""}
              ]
              ,
              "pvseg": [
              ]
              ,
              "seg": [
              ]
          }
      ]
  }`;

describe('reports of LVM', () => {
  test('tell a thick snapshot by its origin, with the size that a reader gets', () => {
    const [snapshot, volume, ...more] = readLvs(MERGING);
    expect(more).toEqual([]);
    expect(snapshot).toMatchObject({ name: '_snapshot-s1', isHidden: true, isThin: false, origin: 'volume-a' });
    expect(snapshot).toMatchObject({ sizeBytes: 268435456n, storeBytes: 272629760n, dataPercent: 19.46 });
    expect(volume).toMatchObject({ name: 'volume-a', isHidden: false, isOpen: true, origin: null });
    expect(volume?.tags).toEqual(['scoria.reverting.s1=536870912']);
  });

  test('tell the group, its pool and thin volumes', () => {
    const { group, volumes } = readFullReport(THIN);
    expect(group).toEqual({
      sizeBytes: 4290772992n,
      freeBytes: 4013948928n,
      disks: 3,
      missingDisks: 1,
      isExported: true,
      isReadOnly: false,
      isShared: false,
    });
    expect(volumes[0]).toMatchObject({ isPool: true, isThin: false, dataPercent: 97.66, metadataPercent: 12.7 });
    expect(volumes[1]).toMatchObject({ isThin: true, isActive: false, isOpen: false, origin: 'volume-t' });
  });

  test('that cannot be read are no failure of the storage', () => {
    expect(() => readLvs('{"report": []}')).toThrow('LVM printed a report that cannot be read');
  });
});

describe('failures of LVM', () => {
  const failed = (stderr: string) => {
    const end = { program: 'lvcreate', exitCode: 5, signal: null, timedOut: false, cancelled: false, started: true };
    return lvmFailure(
      'data',
      'create volume-1',
      new CommandError('lvcreate ended with exit code 5', { ...end, stderr }),
    );
  };

  test.each([
    ['  Volume group "data" not found\n  Cannot process volume group data\n', 'the volume group data is not there'],
    [
      '  Volume group "data" has insufficient free space (959 extents): 65536 required.\n',
      'the volume group data has too little free space',
    ],
    ['  Volume group data is exported\n', 'the volume group data is exported'],
    [
      '  WARNING: VG data is missing PV dlINjt (last written to /dev/vdb).\n  Cannot change VG data while PVs are missing.\n',
      'physical volumes of the group data are missing',
    ],
    [
      '  Cannot access VG data with system ID other with unknown local system ID.\n',
      'the volume group data belongs to another host',
    ],
    ['  Failed to find logical volume "data/volume-1"\n', 'it is not there'],
    ['  Existing logical volume "volume-1" not found in volume group "data"\n', 'it is not there'],
    ['  Logical volume data/volume-1 in use.\n', 'it is in use on this host'],
    ['  Logical volume data/volume-1 contains a filesystem in use.\n', 'it is in use on this host'],
    ['blkdiscard: cannot open /dev/data/volume-1: Device or resource busy\n', 'it is in use on this host'],
    ['  Pool data-pool not found in Volume group data.\n', 'the thin pool of data is gone'],
    ['  something new\n', 'lvcreate ended with exit code 5'],
  ])('%s', (stderr, reason) => {
    const failure = failed(stderr);
    expect(failure.message).toBe(`cannot create volume-1: ${reason}`);
    expect(failure.remedy).not.toBe('');
  });
});
