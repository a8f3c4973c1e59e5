import { foldsOf } from '../../property-tests/model/folds.ts';
import type { StoredEvent } from '../../src/domain/event.ts';
import { recordedWorld } from './lvm-record.ts';
import { foundWorld } from './lvm-world.ts';

/** Those of the one list that the other has not, each as often. */
const without = (lines: readonly string[], others: readonly string[]): readonly string[] => {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
};

/** Where a volume group, its exports and its attachments on this host are not what the record says. */
export const differencesOnLvm = async (
  stored: readonly StoredEvent[],
  volumeGroup: string,
): Promise<readonly string[]> => {
  const [recorded, found] = await Promise.all([recordedWorld(foldsOf(stored)), foundWorld(volumeGroup)]);
  return [
    ...without(found, recorded).map((line) => `${line}: there, and not in the record`),
    ...without(recorded, found).map((line) => `${line}: in the record, and not there`),
  ];
};
