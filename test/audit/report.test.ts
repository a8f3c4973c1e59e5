import { describe, expect, it } from 'vitest';
import type { ReportRange } from '../../src/index.ts';
import { ticking } from '../../src/testing/test-engine.ts';
import { engineOnArray } from '../support/engine.ts';

const lived = async () => {
  const { engine, backend, array } = await engineOnArray({ now: ticking() });
  const volume = await backend.createVolume({ size: 1, name: 'data' }, { reason: 'ticket 1' });
  array.inject({ call: 'extendVolume', when: 'before' });
  await expect(volume.extend(2, { reason: 'ticket 2' })).rejects.toMatchObject({ code: 'DriverFailed' });
  await volume.rename({ name: 'mail' }, { actor: { user: 'grace', project: 'web' } });
  const report = async (range: ReportRange = {}) => Array.fromAsync((await engine.view()).report(range));
  return { engine, volume, report };
};

describe('a report', () => {
  it('says of each command who gave it, why, how it ended and what the storage answered', async () => {
    const { report, volume } = await lived();
    const rows = await report();
    const about = `volume-${volume.id}`;
    expect(rows).toMatchObject([
      { command: 'AddBackend', outcome: 'done', reason: null },
      {
        command: 'CreateVolume',
        outcome: 'done',
        user: 'ada',
        project: 'compute',
        stream: about,
        reason: 'ticket 1',
        asked: expect.stringContaining('creation requested'),
        answer: expect.stringContaining('volume created'),
      },
      {
        command: 'ExtendVolume',
        outcome: 'failed',
        stream: about,
        reason: 'ticket 2',
        answer: expect.stringContaining('the array refused'),
      },
      { command: 'RenameVolume', outcome: 'done', user: 'grace', project: 'web', asked: null },
    ]);
    expect(rows.every(({ at, ended_at }) => ended_at !== null && at <= ended_at)).toBe(true);
  });

  it('is about a range, an actor or a volume, and says what the range leaves open', async () => {
    const { report, volume } = await lived();
    const all = await report();
    const created = all.find(({ command }) => command === 'CreateVolume');
    const position = created?.position ?? 0n;
    expect(await report({ from: position, to: position })).toMatchObject([
      { command: 'CreateVolume', outcome: 'open', ended_at: null, answer: null },
    ]);
    const ofVolume = await report({ volume: volume.id });
    expect(new Set(ofVolume.map(({ stream }) => stream))).toEqual(new Set([`volume-${volume.id}`]));
    expect(await report({ actor: 'nobody' })).toEqual([]);
    expect(await report({ actor: 'ada@compute' })).toEqual(all.filter(({ user }) => user === 'ada'));
    expect(await report({ actor: 'grace' })).toMatchObject([{ command: 'RenameVolume' }]);
    expect(await report({ from: created?.at })).toEqual(all.filter((row) => row.position >= position));
    expect(await report({ to: '2025-01-01' })).toEqual([]);
  });
});
