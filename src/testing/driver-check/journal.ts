import { isLeft } from 'fp-ts/lib/Either.js';
import { ScoriaError } from '../../domain/errors.ts';
import { createEngine, type Engine } from '../../library/engine.ts';
import type { Logger } from '../../logging.ts';
import type { CheckNotes, Made } from '../driver/made.ts';
import { everMade } from '../engine/sweep.ts';

/** A check's own record: what it asks an array for is in here before it is asked. The user's log is never written. */
export const openJournal = (
  file: string,
  ifMissing: 'create' | 'refuse',
  { logger, rootHelper }: { readonly logger: Logger; readonly rootHelper?: string },
): Promise<Engine> =>
  createEngine({
    log: file,
    ifMissing,
    user: 'scoria',
    project: 'driver-check',
    logger,
    now: strictlyLater(),
    reconcileTimeoutMs: 2_000,
    ...(rootHelper === undefined ? {} : { rootHelper }),
  });

/** A clock of which no two readings are alike: which of two snapshots is the newer is known by it. */
const strictlyLater = (): (() => Date) => {
  let last = 0;
  return () => {
    last = Math.max(Date.now(), last + 1);
    return new Date(last);
  };
};

const NOTE = 'made/';
const CLEAN = 'clean/';

/** What checks ask a driver for past the engine, noted as key-values. */
export const notesIn = (engine: Engine): CheckNotes => ({
  async note(made) {
    await given(engine, { type: 'SetKeyValue', key: keyOf(made), value: JSON.stringify(made) });
  },
  async forget(made) {
    await given(engine, { type: 'DeleteKeyValue', key: keyOf(made) });
  },
  async cleaned(volumes) {
    const [first] = volumes;
    if (first === undefined) return;
    await given(engine, { type: 'SetKeyValue', key: CLEAN + first, value: volumes.join(' ') });
  },
});

const keyOf = ({ kind, id }: Made): string => `${NOTE}${kind}/${id}`;

const given = async (engine: Engine, command: Parameters<Engine['execute']>[0]): Promise<void> => {
  const outcome = await engine.execute(command);
  if (isLeft(outcome)) throw new ScoriaError(outcome.left);
};

/** All that the journal says may be on the array still. */
export const madeIn = async (engine: Engine): Promise<readonly Made[]> => {
  const view = await engine.view();
  const pairs = view.keyValues();
  const noted = pairs.filter(({ key }) => key.startsWith(NOTE)).map(({ value }) => JSON.parse(value) as Made);
  const clean = new Set(pairs.flatMap(({ key, value }) => (key.startsWith(CLEAN) ? value.split(' ') : [])));
  const volumes = new Set<string>();
  for await (const { stream } of view.events()) {
    if (stream.startsWith('volume-')) volumes.add(stream.slice('volume-'.length));
  }
  const recorded = await Promise.all([...volumes].filter((id) => !clean.has(id)).map((id) => everMade(engine, id)));
  return [...recorded.flat(), ...noted];
};
