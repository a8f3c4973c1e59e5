import { describe, expect, test } from 'vitest';
import { parseOptions } from '../../../src/drivers/parse-options.ts';
import definition from '../../../src/drivers/rbd/driver.ts';
import { absoluteDriverName, findDriver } from '../../../src/drivers/registry.ts';
import { optionRefusal } from '../refused-options.ts';

const parsed = (options: Record<string, unknown> = {}) => parseOptions(definition, options);

describe('the options of rbd', () => {
  test("are Cinder's, with Cinder's defaults", () => {
    expect(parsed()).toEqual({
      rbd_cluster_name: 'ceph',
      rbd_pool: 'rbd',
      rbd_exclusive_cinder_pool: true,
      enable_deferred_deletion: false,
      deferred_deletion_delay: 0,
      deferred_deletion_purge_interval: 60,
      rbd_flatten_volume_from_snapshot: false,
      rbd_max_clone_depth: 5,
      rbd_store_chunk_size: 4,
      rados_connect_timeout: -1,
      rados_connection_retries: 3,
      rados_connection_interval: 5,
      report_dynamic_total_capacity: true,
      max_over_subscription_ratio: '20.0',
      reserved_percentage: 0,
    });
  });

  test.each([
    [{ rbd_pool: 'a/b' }, /rbd_pool/],
    [{ rbd_pool: '--help' }, /rbd_pool/],
    [{ rbd_namespace: 'a/b' }, /rbd_namespace/],
    [{ rbd_store_chunk_size: 3 }, /rbd_store_chunk_size.*power of two/],
    [{ rbd_max_clone_depth: -1 }, /rbd_max_clone_depth/],
  ])('refuse %j', (options, message) => {
    expect(optionRefusal(() => parsed(options))).toMatch(message);
  });

  test("has Cinder's name too", async () => {
    const name = 'cinder.volume.drivers.rbd.RBDDriver';
    expect(await findDriver(name)).toBe(definition);
    expect(absoluteDriverName(name)).toBe('rbd');
  });
});
