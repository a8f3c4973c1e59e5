import { access } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { Cluster } from './support/cluster.ts';

const imagesOf = (cluster: Cluster, pool: string) => cluster.asked('rbd', 'ls', pool);

describe('a cluster for tests', () => {
  test('keeps what it holds when it is killed, where it writes to a file', async () => {
    await using cluster = await Cluster.start({ store: 'bluestore' });
    const pool = await cluster.newPool();
    await cluster.said('rbd', 'create', '--size', '1G', `${pool}/kept`);
    await cluster.kill();
    await cluster.resume();
    expect(await imagesOf(cluster, pool)).toEqual(['kept']);
  });

  test('keeps what it holds when it is stopped, where it has memory alone', async () => {
    await using cluster = await Cluster.start();
    const pool = await cluster.newPool();
    await cluster.said('rbd', 'create', '--size', '1G', `${pool}/kept`);
    await cluster.stop();
    await cluster.resume();
    expect(await imagesOf(cluster, pool)).toEqual(['kept']);
  });

  test('serves on with two of three monitors', async () => {
    await using cluster = await Cluster.start({ monitors: 3 });
    const pool = await cluster.newPool();
    await cluster.kill('mon.a');
    await cluster.said('rbd', 'create', '--size', '1G', `${pool}/made`);
    expect(await imagesOf(cluster, pool)).toEqual(['made']);
  });

  test('needs snapshots to be protected before they are cloned, where old clients may use it', async () => {
    await using cluster = await Cluster.start({ clones: 'v1' });
    const pool = await cluster.newPool();
    await cluster.said('rbd', 'create', '--size', '1G', `${pool}/one`);
    await cluster.said('rbd', 'snap', 'create', '--no-progress', `${pool}/one@before`);
    const clone = () => cluster.said('rbd', 'clone', `${pool}/one@before`, `${pool}/other`);
    await expect(clone()).rejects.toMatchObject({ code: 22 });
    await cluster.said('rbd', 'snap', 'protect', `${pool}/one@before`);
    await clone();
  });

  test('knows how full it is, where it has a manager, and leaves nothing', async () => {
    const cluster = await Cluster.start({ manager: true });
    await cluster.newPool();
    await expect
      .poll(async () => (await cluster.asked<{ stats: { total_bytes: number } }>('ceph', 'df')).stats.total_bytes, {
        timeout: 60_000,
      })
      .toBeGreaterThan(0);
    await cluster.remove();
    await expect(access(cluster.directory)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
