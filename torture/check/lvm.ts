import { foldsOf } from '../../property-tests/model/folds.ts';
import type { StoredEvent } from '../../src/domain/event.ts';
import { recordedWorld } from './lvm-record.ts';
import { foundWorld } from './lvm-world.ts';
import { differencesOf } from './worlds.ts';

/** Where a volume group, its exports and its attachments on this host are not what the record says. */
export const differencesOnLvm = async (
  stored: readonly StoredEvent[],
  volumeGroup: string,
): Promise<readonly string[]> => {
  const [recorded, found] = await Promise.all([recordedWorld(foldsOf(stored)), foundWorld(volumeGroup)]);
  return differencesOf(found, recorded);
};
