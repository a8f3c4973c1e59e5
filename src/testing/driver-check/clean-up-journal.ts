import type { Backend } from '../../domain/backend/backend.ts';
import { findDriver } from '../../drivers/registry.ts';
import type { Engine } from '../../library/engine.ts';
import { cleanUp, type Leftover, releasing } from '../driver/clean-up.ts';
import { Ledger } from '../driver/made.ts';
import { type BackendUnderTest, openSubject } from '../driver/subject.ts';
import { isCheckId } from '../ids.ts';
import { madeIn, notesIn } from './journal.ts';

/** What a clean-up took away, and what it could not. */
export interface CleanUpReport {
  readonly removed: number;
  readonly leftovers: readonly Leftover[];
}

/** Takes away what a check that was killed left behind, as far as its journal knows: nothing else is touched. */
export const cleanUpJournal = async (
  journal: Engine,
  environment: Pick<BackendUnderTest, 'environment' | 'rootHelper'> = {},
): Promise<CleanUpReport> => {
  const made = (await madeIn(journal)).filter(({ id, volume }) => isCheckId(id) || isCheckId(volume.id));
  const [known] = await journal.backends();
  if (known === undefined || made.length === 0) return { removed: 0, leftovers: [] };
  const { driver: name, options } = known.record as Backend;
  const backend = { ...environment, options: { ...options } };
  const subject = await openSubject(await findDriver(name), backend, known.name);
  try {
    const ledger = new Ledger();
    for (const one of made) await ledger.note(one);
    const before = ledger.there.length;
    const leftovers = await cleanUp(ledger, { driver: subject.driver, release: releasing(subject.host) });
    const left = new Set(leftovers.map(({ volume_id }) => volume_id));
    const gone = made.filter(({ volume }) => !left.has(volume.id));
    const notes = notesIn(journal);
    for (const one of gone) await notes.forget(one);
    await notes.cleaned([...new Set(gone.map(({ volume }) => volume.id))]);
    return { removed: before - leftovers.length, leftovers };
  } finally {
    await subject.driver.close?.();
  }
};
