import type { Command } from '../../src/index.ts';
import { volumeOf } from '../../src/testing/lifecycle/about.ts';
import { seenByModel } from '../../src/testing/lifecycle/likeness.ts';
import { type Answer, begin, type Course, courseOf, isAnswer, proceed } from '../../src/testing/lifecycle/rules.ts';
import type { Storage } from '../../src/testing/lifecycle/storage.ts';

/** A command that was given with others at the same time, and the code it was answered with (`null` when it was done). */
export interface Answered {
  readonly command: Command;
  readonly code: string | null;
}

type Pending = Answered | (Answered & { readonly course: Course });

const streamOf = (command: Command): string => volumeOf(command) ?? 'the backend';

const fits = ({ code }: Answered, answer: Answer): boolean =>
  code === null ? answer.length === 0 : (answer as readonly string[]).includes(code);

/**
 * A command may be decided before a freeze and recorded after it, because the two are in different streams. It looks
 * again before its effect, and fails there.
 */
const beginsUnaware = (storage: Storage, command: Command): boolean => {
  const { backend } = storage;
  storage.backend = 'thawed';
  const begun = begin(storage, command);
  storage.backend = backend;
  return begun === 'under way';
};

/**
 * Whether the answers and what is left are those of some serial order of the model. A command is one step when it is
 * refused; else it begins, goes through what its rule says is seen, and ends, and nothing begins on its stream meanwhile.
 */
export const isSomeSerialOrder = (
  storage: Storage,
  pending: readonly Pending[],
  left: (model: unknown) => boolean,
): boolean => {
  if (pending.length === 0) return left(seenByModel(storage));
  const busy = new Set(pending.flatMap((one) => ('course' in one ? [streamOf(one.command)] : [])));
  return pending.some((one, index) => {
    if (!('course' in one) && busy.has(streamOf(one.command))) return false;
    const next = structuredClone(storage);
    const others = pending.toSpliced(index, 1);
    const goOn = (course: Course) => isSomeSerialOrder(next, [...others, { ...one, course }], left);
    const stop = (answer: Answer) => fits(one, answer) && isSomeSerialOrder(next, others, left);
    if ('course' in one) {
      const proceeded = proceed(next, one.course);
      return isAnswer(proceeded) ? stop(proceeded) : goOn(proceeded);
    }
    const begun = begin(next, one.command);
    if (begun === 'under way') return goOn(courseOf(one.command, 'done'));
    if (stop(begun === 'nothing to do' ? [] : begun)) return true;
    return one.code === 'BackendFrozen' && beginsUnaware(next, one.command) && goOn(courseOf(one.command, 'done'));
  });
};
