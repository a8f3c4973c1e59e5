import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunCommand } from '../../src/drivers/run-command.ts';
import { behindOptions } from '../../torture/points/programs.ts';
import { ACTS, ACTS_WITH_CLONES, DEEP, newAct } from './support/acts.ts';
import { Cluster } from './support/cluster.ts';
import { newBackend, rbdDriver, shell } from './support/rbd-backend.ts';

/** What only looks, after which a death is one after the program before. */
const LOOKS = /^(info|status|ls|children|snap ls|pool stats|df|osd pool get-quota)( |$)/;

/** Dies when its n-th program that changed something has ended, and nobody hears of it. */
const dyingAfter = (step: number) => {
  const state = { steps: 0, isDead: false };
  const run: RunCommand = async (program, args, how) => {
    if (state.isDead) throw new Error('the process died');
    const result = await shell(program, args, how);
    if (!LOOKS.test(behindOptions(args).join(' '))) state.steps += 1;
    state.isDead = state.steps >= step;
    if (state.isDead) throw new Error('the process died');
    return result;
  };
  return { run, state };
};

describe.each([
  ['v1', ACTS],
  ['v2', ACTS_WITH_CLONES],
] as const)('a process that dies at any program, with clones of the format %s', (clones, acts) => {
  let cluster: Cluster;
  let backend: Awaited<ReturnType<typeof newBackend>>;
  let options: Readonly<Record<string, unknown>>;
  beforeAll(async () => {
    cluster = await Cluster.start({ clones });
    backend = await newBackend(cluster);
    options = { ...backend.options, ...DEEP };
  });
  afterAll(() => cluster.remove());

  const changesOf = async (name: string): Promise<number> => {
    const act = newAct(name);
    const driver = rbdDriver(options);
    const { run, state } = dyingAfter(Number.POSITIVE_INFINITY);
    await act.prepare(driver);
    await act.perform(rbdDriver(options, run));
    await act.clearAway(driver);
    return state.steps;
  };

  const dieAndGoOn = async (name: string, step: number): Promise<void> => {
    const act = newAct(name);
    const driver = rbdDriver(options);
    await act.prepare(driver);
    const { run, state } = dyingAfter(step);
    await act.perform(rbdDriver(options, run)).catch(() => {});
    expect(state.isDead).toBe(true);
    await act.perform(driver);
    await act.done(driver);
    await act.clearAway(driver);
  };

  test.concurrent.each(acts)('leaves %s to be done by the next', async (name) => {
    const changes = await changesOf(name);
    expect(changes).toBeGreaterThan(0);
    await Promise.all(Array.from({ length: changes }, (_, index) => dieAndGoOn(name, index + 1)));
  });

  test('leaves nothing that cannot be taken away', async () => {
    expect(await backend.remains()).toEqual([]);
  });
});
