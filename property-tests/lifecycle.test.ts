import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { VOLUMES } from '../src/testing/lifecycle/commands.ts';
import {
  anyCommand,
  BACKEND,
  connectionCommand,
  emptyStorage,
  freezeCommand,
  keyValueCommand,
  volumeCommand,
} from './model/commands.ts';
import { openEngine, openHouse, scratch } from './model/house.ts';
import { type Bytes, compare, livedBy, stepsWith } from './model/lifecycle.ts';
import { law } from './model/runs.ts';

const GIB = 1024 ** 3;

/** What the file driver can do everywhere: attaching takes loop devices where the tests run as root. */
const onFiles = fc.oneof(
  { weight: 8, arbitrary: volumeCommand },
  { weight: 3, arbitrary: connectionCommand },
  { weight: 1, arbitrary: freezeCommand },
  { weight: 1, arbitrary: keyValueCommand },
);

const bytesIn = (directory: string): Bytes => {
  const opened = (id: string, flags: string) => open(join(directory, `volume-${id}`), flags);
  return {
    async write(id, byte) {
      await using file = await opened(id, 'r+');
      await file.write(Uint8Array.of(byte), 0, 1, 0);
    },
    async read(id) {
      await using file = await opened(id, 'r');
      return (await file.read(new Uint8Array(1), 0, 1, 0)).buffer[0] ?? 0;
    },
  };
};

describe("a volume's life", () => {
  law(
    "is as cinderlib's rules say, on the memory array, whatever the array does",
    800,
    fc.asyncProperty(stepsWith(anyCommand, VOLUMES, { maxLength: 60, size: 'max' }), async (steps) => {
      await using house = await openHouse();
      const { engine, array } = house;
      const bytes: Bytes = {
        write: async (id, byte) => array.write(id, 0, Uint8Array.of(byte)),
        read: async (id) => array.read(id, 0, 1)[0] ?? 0,
      };
      await compare(steps, emptyStorage(), livedBy(engine, bytes), house);
    }),
  );

  law(
    'is the same on the SQLite log and the file driver, byte for byte',
    25,
    fc.asyncProperty(stepsWith(onFiles, VOLUMES, { maxLength: 40, size: 'max' }), async (steps) => {
      await using place = await scratch();
      const { file } = place;
      const directory = join(place.directory, 'volumes');
      await using engine = await openEngine({ log: file });
      await engine.addBackend({ name: BACKEND, driver: 'file', options: { directory } });
      const model = emptyStorage();
      await compare(steps, model, livedBy(engine, bytesIn(directory)));
      const sizes = Object.entries(model.volumes).filter(([, { made }]) => made);
      for (const [id, { size, status }] of sizes) {
        if (status === 'deleted') continue;
        expect((await stat(join(directory, `volume-${id}`))).size).toBe(size * GIB);
      }
    }),
  );
});
