import { expect } from 'vitest';
import type { Volume } from '../../../src/drivers/contract.ts';
import { aSnapshot, aVolume } from '../../../src/testing/resources.ts';
import type { RbdDriver } from './rbd-backend.ts';

const GIB = 1024n ** 3n;

/** A clone of a clone is made independent. */
export const DEEP = { rbd_max_clone_depth: 1 };

/** A call of the driver, which has that option, on volumes that nothing else knows. */
export interface Act {
  readonly prepare: (driver: RbdDriver) => Promise<void>;
  readonly perform: (driver: RbdDriver) => Promise<unknown>;
  /** What there is to see when it was done once. */
  readonly done: (driver: RbdDriver) => Promise<void>;
  readonly clearAway: (driver: RbdDriver) => Promise<void>;
}

type Scene = ReturnType<typeof newScene>;
type Deed = (scene: Scene) => Omit<Act, 'clearAway'> & {
  /** What is made of the source, and of that. */
  readonly copies?: readonly Volume[];
};

const newScene = () => {
  const source = aVolume();
  const snapshot = aSnapshot(source);
  const cloned = aVolume({ size: 2, source_volid: source.id });
  const clonedAgain = aVolume({ size: 3, source_volid: cloned.id });
  const made = aVolume({ size: 2, snapshot_id: snapshot.id });
  const create = async (driver: RbdDriver) => {
    await driver.createVolume(source);
  };
  const createAndTake = async (driver: RbdDriver) => {
    await create(driver);
    await driver.createSnapshot(snapshot, source);
  };
  const createAndClone = async (driver: RbdDriver) => {
    await create(driver);
    await driver.cloneVolume(cloned, source);
  };
  const hasSize = (volume: typeof source, sizeGiB: bigint) => async (driver: RbdDriver) => {
    expect(await driver.findVolume(volume)).toEqual({ sizeBytes: sizeGiB * GIB });
  };
  const isGone = (volume: typeof source) => async (driver: RbdDriver) => {
    expect(await driver.findVolume(volume)).toBeNull();
  };
  return { source, snapshot, cloned, clonedAgain, made, create, createAndTake, createAndClone, hasSize, isGone };
};

const DEEDS: Readonly<Record<string, Deed>> = {
  'creating a volume': ({ source, create, hasSize }) => ({
    prepare: async () => {},
    perform: create,
    done: hasSize(source, 1n),
  }),
  'taking a snapshot': ({ source, snapshot, create }) => ({
    prepare: create,
    perform: (driver) => driver.createSnapshot(snapshot, source),
    done: async (driver) => expect(await driver.findSnapshot(snapshot, source)).toEqual({ sizeBytes: GIB }),
  }),
  cloning: ({ source, cloned, create, hasSize }) => ({
    copies: [cloned],
    prepare: create,
    perform: (driver) => driver.cloneVolume(cloned, source),
    done: hasSize(cloned, 2n),
  }),
  'cloning what is deep': ({ cloned, clonedAgain, createAndClone, hasSize }) => ({
    copies: [clonedAgain, cloned],
    prepare: createAndClone,
    perform: (driver) => driver.cloneVolume(clonedAgain, cloned),
    done: hasSize(clonedAgain, 3n),
  }),
  'making a volume of a snapshot': ({ source, snapshot, made, createAndTake, hasSize }) => ({
    copies: [made],
    prepare: createAndTake,
    perform: (driver) => driver.createVolumeFromSnapshot(made, snapshot, source),
    done: hasSize(made, 2n),
  }),
  extending: ({ source, create, hasSize }) => ({
    prepare: create,
    perform: (driver) => driver.extendVolume(source, 3, []),
    done: hasSize(source, 3n),
  }),
  reverting: ({ source, snapshot, createAndTake, hasSize }) => ({
    prepare: async (driver) => {
      await createAndTake(driver);
      await driver.extendVolume(source, 2, []);
    },
    perform: (driver) => driver.revertToSnapshot({ ...source, size: 2 }, snapshot),
    done: hasSize(source, 2n),
  }),
  'deleting a snapshot that has a clone': ({ source, snapshot, made, createAndTake }) => ({
    copies: [made],
    prepare: async (driver) => {
      await createAndTake(driver);
      await driver.createVolumeFromSnapshot(made, snapshot, source);
    },
    perform: (driver) => driver.deleteSnapshot(snapshot, source),
    done: async (driver) => expect(await driver.findSnapshot(snapshot, source)).toBeNull(),
  }),
  'deleting what was cloned': ({ source, cloned, createAndClone, isGone }) => ({
    copies: [cloned],
    prepare: createAndClone,
    perform: (driver) => driver.deleteVolume(source),
    done: isGone(source),
  }),
  'deleting the last clone': ({ source, cloned, createAndClone, isGone }) => ({
    copies: [cloned],
    prepare: async (driver) => {
      await createAndClone(driver);
      await driver.deleteVolume(source);
    },
    perform: (driver) => driver.deleteVolume(cloned),
    done: isGone(cloned),
  }),
};

/** The format of clones makes no difference to these. */
const ALONE: readonly string[] = ['creating a volume', 'taking a snapshot', 'extending', 'reverting'];

export const ACTS = Object.keys(DEEDS);
export const ACTS_WITH_CLONES = ACTS.filter((name) => !ALONE.includes(name));

export const newAct = (name: string): Act => {
  const scene = newScene();
  const deed = DEEDS[name];
  if (deed === undefined) throw new Error(`no act is called ${name}`);
  const { copies = [], ...act } = deed(scene);
  const { source, snapshot } = scene;
  return {
    ...act,
    clearAway: async (driver) => {
      for (const copy of copies) await driver.deleteVolume(copy);
      await driver.deleteSnapshot(snapshot, source);
      await driver.deleteVolume(source);
    },
  };
};
