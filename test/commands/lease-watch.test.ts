import { expect, test } from 'vitest';
import { LeaseWatch } from '../../src/commands/lease-watch.ts';
import { createMemoryLeases } from '../../src/eventlog/leases.ts';

const EXECUTOR = 'node1/1/one';

const watching = () => {
  const clock = { ms: 0 };
  const leases = createMemoryLeases();
  const watch = new LeaseWatch(leases, 1_000, () => clock.ms);
  const look = (atMs: number, work = 'an intent') => {
    clock.ms = atMs;
    return watch.look(EXECUTOR, work);
  };
  /** Looks often, and tells what it saw last. */
  const lookUntil = async (fromMs: number, toMs: number) => {
    let seen = await look(fromMs);
    for (let ms = fromMs + 100; ms <= toMs; ms += 100) seen = await look(ms);
    return seen;
  };
  return { leases, look, lookUntil };
};

test('a lease that does not move for its length has run out, not a moment before', async () => {
  const { leases, lookUntil, look } = watching();
  await leases.renew(EXECUTOR, 1_000);
  expect(await lookUntil(0, 900)).toBe('still');
  expect(await look(999)).toBe('still');
  expect(await look(1_000)).toBe('run out');
});

test('its own length counts, and not that of the watcher', async () => {
  const { leases, lookUntil } = watching();
  await leases.renew(EXECUTOR, 3_000);
  expect(await lookUntil(0, 2_900)).toBe('still');
  expect(await lookUntil(3_000, 3_000)).toBe('run out');
});

test('one that was never renewed stands still too', async () => {
  const { lookUntil } = watching();
  expect(await lookUntil(0, 900)).toBe('still');
  expect(await lookUntil(1_000, 1_000)).toBe('run out');
});

test('one that moves is alive, however long it takes', async () => {
  const { leases, lookUntil } = watching();
  for (let second = 0; second < 10; second += 1) {
    await leases.renew(EXECUTOR, 1_000);
    expect(await lookUntil(second * 900, second * 900 + 800)).not.toBe('run out');
  }
  expect(await lookUntil(9_000, 9_000)).toBe('moved');
});

test('a watcher that slept judges nobody by its own sleep', async () => {
  const { leases, look, lookUntil } = watching();
  await leases.renew(EXECUTOR, 1_000);
  expect(await lookUntil(0, 900)).toBe('still');
  expect(await look(60_000)).toBe('still');
  expect(await lookUntil(60_100, 60_900)).toBe('still');
  expect(await look(61_000)).toBe('run out');
});

test('what an executor began later is watched from when it was seen', async () => {
  const { look, lookUntil } = watching();
  expect(await lookUntil(0, 900)).toBe('still');
  expect(await look(900, 'another intent')).toBe('still');
  expect(await look(1_000)).toBe('run out');
  expect(await look(1_000, 'another intent')).toBe('still');
});
