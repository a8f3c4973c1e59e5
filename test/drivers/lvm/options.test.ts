import { describe, expect, test } from 'vitest';
import definition from '../../../src/drivers/lvm/driver.ts';
import { parseOptions } from '../../../src/drivers/parse-options.ts';
import { absoluteDriverName, findDriver } from '../../../src/drivers/registry.ts';
import { optionRefusal } from '../refused-options.ts';

const parsed = (options: Record<string, unknown> = {}) => parseOptions(definition, options);

describe('the options of lvm', () => {
  test("are Cinder's, with Cinder's defaults", () => {
    expect(parsed()).toEqual({
      volume_group: 'cinder-volumes',
      lvm_type: 'auto',
      lvm_mirrors: 0,
      lvm_conf_file: '/etc/cinder/lvm.conf',
      lvm_suppress_fd_warnings: false,
      max_over_subscription_ratio: '20.0',
      reserved_percentage: 0,
      volume_clear: 'zero',
      volume_clear_size: 0,
      volume_dd_blocksize: '1M',
      use_multipath_for_image_xfer: false,
      enforce_multipath_for_image_xfer: false,
      target_protocol: 'iscsi',
      target_helper: 'tgtadm',
      target_prefix: 'iqn.2010-10.org.openstack:',
      target_secondary_ip_addresses: [],
      target_port: 3260,
      iscsi_write_cache: 'on',
      use_chap_auth: false,
      chap_username: '',
      nvmet_port_id: 1,
      nvmet_ns_id: 10,
      nvmeof_conn_info_version: 1,
      volumes_dir: '/var/lib/scoria/volumes',
    });
  });

  test('are read from text, as a command line and cinder.conf have them', () => {
    const options = {
      volume_clear_ionice: '-c3',
      target_secondary_ip_addresses: '10.0.0.2, 10.0.0.3',
      lvm_mirrors: '1',
    };
    expect(parsed({ ...options, use_chap_auth: 'True', iscsi_write_cache: 'off' })).toMatchObject({
      volume_clear_ionice: '-c3',
      target_secondary_ip_addresses: ['10.0.0.2', '10.0.0.3'],
      lvm_mirrors: 1,
      use_chap_auth: true,
      iscsi_write_cache: 'off',
    });
  });

  test.each([
    [{ volume_clear: 'shred' }, /volume_clear: .*use zero/],
    [{ target_helper: 'scstadmin' }, /target_helper: .*SCST, which is not supported: use lioadm/i],
    [{ target_helper: 'ietadm' }, /target_helper: .*use lioadm or tgtadm/],
    [{ target_helper: 'spdk-nvmeof' }, /target_helper: .*use nvmet/],
    [{ target_helper: 'iscsictl' }, /target_helper: .*use lioadm/],
    [{ target_protocol: 'iser' }, /target_protocol: .*RDMA.*use iscsi/],
    [{ target_protocol: 'nvmet_rdma', target_helper: 'nvmet' }, /target_protocol: .*RDMA.*use nvmet_tcp/],
    [{ target_helper: 'nvmet' }, /target_protocol: .*needs nvmet_tcp/],
    [{ target_protocol: 'nvmet_tcp' }, /target_protocol: .*needs target_helper nvmet/],
    [{ target_helper: 'nvmet', target_protocol: 'nvmet_tcp', use_chap_auth: true }, /use_chap_auth: .*no CHAP/],
    [{ lvm_type: 'thin', lvm_mirrors: 1 }, /lvm_mirrors: .*no mirrors/],
    [{ volume_dd_blocksize: '1000' }, /volume_dd_blocksize: .*multiple of 4096/],
    [{ volume_group: '../etc' }, /volume_group: .*name of a volume group/],
    [{ chap_password: 'open sesame' }, /chap_password: .*must be a reference/],
    [{ lvm_share_target: true }, /lvm_share_target: .*has no option/],
  ])('refuse %j with what would fit', (options, message) => {
    expect(optionRefusal(() => parsed(options))).toMatch(message);
  });
});

test("Cinder's name finds the driver, which is recorded as lvm", async () => {
  const name = 'cinder.volume.drivers.lvm.LVMVolumeDriver';
  expect((await findDriver(name)).name).toBe('lvm');
  expect(absoluteDriverName(name)).toBe('lvm');
});
