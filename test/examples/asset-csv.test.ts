import { beforeAll, describe, expect, test } from 'vitest';
import { createEngine, silentLogger } from '../../src/index.ts';
import { Installed } from './installed.ts';

const id = (digit: number): string => `${String(digit).repeat(8)}-1111-4111-8111-111111111111`;
const HEADER = 'id,name,backend,size_gib,status,hosts,project,user,created_at,changed_at,deleted_at';

describe('the export of assets', () => {
  const example = new Installed('asset-csv');
  const positions = { beforeAttaching: '', head: '' };

  /** 09:00 three volumes; 10:00 one is attached, one is deleted; 11:00 what an asset database does not see. */
  beforeAll(async () => {
    let now = '2026-11-20T09:00:00.000Z';
    await using engine = await createEngine({
      log: example.path('scoria.db'),
      now: () => new Date(now),
      user: 'ada',
      project: 'web',
      logger: silentLogger,
    });
    const backend = await engine.addBackend({ name: 'array', driver: 'memory', options: { array: 'assets' } });
    const data = await backend.createVolume({ id: id(1), size: 10, name: 'data, "main"', multiattach: true });
    const scratch = await backend.createVolume({ id: id(2), size: 1, name: '=1+1' }, { actor: GRACE });
    const plain = await backend.createVolume({ id: id(3), size: 2 });
    positions.beforeAttaching = String((await engine.view()).position);

    now = '2026-11-20T10:00:00.000Z';
    for (const host of ['node8', 'node7']) {
      const connection = await data.connect({ host });
      await connection.device_attached({ path: '/dev/sdb' });
    }
    await data.connect({ host: 'node9' });
    await scratch.delete();

    now = '2026-11-20T11:00:00.000Z';
    await plain.createSnapshot();
    await plain.setMetadata({ tier: 'gold' });
    positions.head = String((await engine.view()).position);
  });

  const GRACE = { user: 'grace', project: 'analytics' };
  const exported = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await example.run('export.ts', 'scoria.db', ...args);
    expect(code).toBe(0);
    expect(stdout.endsWith('\r\n')).toBe(true);
    const [header, ...lines] = stdout.trimEnd().split('\r\n');
    expect(header).toBe(HEADER);
    return { lines, said: stderr };
  };

  const NINE = '2026-11-20T09:00:00.000Z';
  const TEN = '2026-11-20T10:00:00.000Z';
  const DATA_AT_TEN = `${id(1)},"data, ""main""",array,10,in-use,node7 node8,web,ada,${NINE},${TEN},`;
  const SCRATCH_AT_TEN = `${id(2)},'=1+1,array,1,deleted,,analytics,grace,${NINE},${TEN},${TEN}`;
  const PLAIN = `${id(3)},,array,2,available,,web,ada,${NINE},${NINE},`;

  test('has a line for every volume, and runs nothing in a spreadsheet', async () => {
    expect((await exported()).lines).toEqual([DATA_AT_TEN, SCRATCH_AT_TEN, PLAIN]);
  });

  test('has what changed since a position alone, deletions included, and says where to go on', async () => {
    const { lines, said } = await exported('--since', positions.beforeAttaching);
    expect(lines).toEqual([DATA_AT_TEN, SCRATCH_AT_TEN]);
    expect(said).toBe(`changed since then: --since ${positions.head}\n`);
    expect((await exported('--since', positions.head)).lines).toEqual([]);
  });

  test('is as it was at a time', async () => {
    expect((await exported('--at', '2026-11-20T09:30:00Z')).lines).toEqual([
      `${id(1)},"data, ""main""",array,10,available,,web,ada,${NINE},${NINE},`,
      `${id(2)},'=1+1,array,1,available,,analytics,grace,${NINE},${NINE},`,
      PLAIN,
    ]);
  });

  test.each([
    [['scoria.db', '--since', 'yesterday'], 2, 'usage:'],
    [[], 2, 'usage:'],
    [['scoria.db', '--at', 'noon'], 1, 'neither a position nor a time'],
    [['nothing.db'], 1, 'there is no log'],
  ])('%j is refused', async (args, code, said) => {
    const ended = await example.run('export.ts', ...args);
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(said) });
  });
});
