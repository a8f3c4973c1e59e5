import { createEngine } from 'scoria';

const ADA = { user: 'ada', project: 'web' };
const GRACE = { user: 'grace', project: 'web' };

/** Writes the record of a day on which something went wrong, by a clock that we set. */
export const recordTheDay = async (log: string): Promise<void> => {
  let now = new Date();
  const clock = (time: string): void => {
    now = new Date(`2026-11-20T${time}Z`);
  };

  clock('08:00:00');
  await using engine = await createEngine({ log, now: () => now });
  const backend = await engine.addBackend(
    { name: 'array', driver: 'memory', options: { array: 'incident' } },
    { actor: ADA },
  );
  const orders = await backend.createVolume({ size: 20, name: 'orders' }, { actor: ADA });
  const archive = await backend.createVolume({ size: 50, name: 'orders-2025' }, { actor: ADA });
  const tests = await backend.createVolume({ size: 20, name: 'orders-test' }, { actor: GRACE });

  clock('09:00:00');
  const nightly = await orders.createSnapshot({ name: 'nightly' }, { actor: ADA, reason: 'every morning' });
  await tests.createSnapshot({ name: 'clean' }, { actor: GRACE, reason: 'before the test run' });

  clock('13:30:00');
  await orders.clone({ name: 'orders-report' }, { actor: ADA, reason: 'figures of the quarter' });

  // She means the test volumes; all their names begin alike.
  clock('14:02:11');
  await orders.revert(nightly, { actor: GRACE, reason: 'reset after the test run' });
  clock('14:02:40');
  await archive.delete({ actor: GRACE, reason: 'left over from the test run' });

  clock('14:20:00');
  await orders.extend(30, { actor: ADA, reason: 'ticket 4711' });
};
