import type fc from 'fast-check';
import type { MemoryArray } from '../../src/drivers/memory/array.ts';
import type { MemoryCall } from '../../src/drivers/memory/faults.ts';
import type { EventLog } from '../../src/eventlog/port.ts';

/** Where everything that is asynchronous waits for its turn, once `isOpen` is false. */
export interface Gate {
  isOpen: boolean;
  pass(label: string): Promise<void>;
}

export const gateOf = (scheduler: fc.Scheduler): Gate => ({
  isOpen: true,
  async pass(label) {
    if (!this.isOpen) await scheduler.schedule(Promise.resolve(), label);
  },
});

/** A log whose answers, and whose appends also on their way in, come in the scheduler's order. */
export const scheduledLog = (log: EventLog, gate: Gate): EventLog => ({
  ...log,
  async append(append) {
    await gate.pass(`append to ${append.stream}`);
    const result = await log.append(append);
    await gate.pass(`appended to ${append.stream}`);
    return result;
  },
  async head() {
    await gate.pass('head');
    return log.head();
  },
});

const QUERIES: readonly MemoryCall[] = ['setup', 'stats', 'findVolume', 'findSnapshot', 'findDevice'];
const ALLOWED_WHILE_FROZEN: readonly MemoryCall[] = [
  ...QUERIES,
  'freezeBackend',
  'thawBackend',
  'terminateConnection',
  'removeExport',
];

/** Makes the array's calls wait for the scheduler, and notes what must never happen. */
export const scheduleArray = (array: MemoryArray, gate: Gate): readonly string[] => {
  const violations: string[] = [];
  const running = new Map<string, string>();
  const perform = array.faults.perform.bind(array.faults);
  array.faults.perform = async (call, id, effect, refusal) => {
    const volume = id.split('-')[0] ?? '';
    const isEffect = volume !== '' && !QUERIES.includes(call);
    const other = running.get(volume);
    if (isEffect && other !== undefined) violations.push(`${call} while ${other} is under way on ${volume}`);
    if (isEffect) running.set(volume, call);
    try {
      await gate.pass(`${call} ${id}`);
      const checked = () => {
        if (array.frozen.size > 0 && !ALLOWED_WHILE_FROZEN.includes(call)) violations.push(`${call} while frozen`);
        return effect();
      };
      const result = await (refusal === undefined ? perform(call, id, checked) : perform(call, id, checked, refusal));
      await gate.pass(`${call} ${id} answers`);
      return result;
    } finally {
      if (isEffect) running.delete(volume);
    }
  };
  return violations;
};
