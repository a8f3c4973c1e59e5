import { expect, test } from 'vitest';
import { openEngine } from '../support/engine.ts';

test('a sealing is behind when its oldest event waits for twice the interval, and nothing but a seal helps', async () => {
  let now = new Date('2026-11-21T12:00:00Z');
  const engine = await openEngine({ now: () => now });
  await engine.keyValues.set('a', '1');
  const codesAfter = async (seconds: number) => {
    now = new Date(Date.parse('2026-11-21T12:00:00Z') + seconds * 1000);
    const { findings } = await engine.status({ sealing: { everyMs: 60_000 } });
    return findings.map(({ code }) => code);
  };
  expect(await codesAfter(0)).toEqual([]);
  expect(await codesAfter(120)).toEqual([]);
  expect(await codesAfter(121)).toEqual(['SealerBehind']);
  expect((await engine.status()).findings).toEqual([]);
  expect((await engine.status()).sealing).toMatchObject({ sealed: 0, lag: { events: 1, more: false, seconds: 121 } });
});

test('a projection whose fold fails is a finding, and those that move when they are read are left where they are', async () => {
  const fold = () => {
    throw new Error('not this one');
  };
  const engine = await openEngine({ projections: [{ name: 'broken', version: 1, fold }] });
  await engine.keyValues.set('a', '1');
  const { head, findings, projections, sealing } = await engine.status();
  expect(findings).toMatchObject([{ code: 'ProjectionFailed', details: { projection: 'broken' } }]);
  expect({ head, sealing }).toMatchObject({ head: 1n, sealing: { sealed: 0, lag: { events: 1 } } });
  expect(projections.map(({ name, lag }) => [name, lag.events])).toEqual([
    ['inventory', 0],
    ['capacity', 1],
    ['broken', 1],
  ]);
  expect((await engine.projectionLags())[1]).toMatchObject({ name: 'capacity', position: 0n, head: 1n });
});
