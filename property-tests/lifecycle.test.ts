import fc from 'fast-check';
import { describe } from 'vitest';
import { createMemoryLog } from '../src/eventlog/memory.ts';
import { anyCommand, VOLUMES } from './model/commands.ts';
import { openHouse } from './model/house.ts';
import { expectBytes, type Real, stepsWith } from './model/lifecycle.ts';
import { law } from './model/runs.ts';
import { emptyStorage } from './model/storage.ts';

describe("a volume's life", () => {
  law(
    "is as cinderlib's rules say, on the memory array, whatever the array does",
    150,
    fc.asyncProperty(stepsWith(anyCommand, VOLUMES, { maxCommands: 60, size: 'max' }), async (steps) => {
      const log = createMemoryLog();
      await using house = await openHouse(log);
      const { engine, array } = house;
      const real: Real = {
        engine,
        log,
        faults: house,
        write: async (id, byte) => array.write(id, 0, Uint8Array.of(byte)),
        read: async (id) => array.read(id, 0, 1)[0] ?? 0,
      };
      const model = emptyStorage();
      await fc.asyncModelRun(() => ({ model, real }), steps as never);
      await expectBytes(model, real);
    }),
  );
});
