import type { Command, Snapshot, Volume } from '../../../../src/index.ts';
import { type House, newId } from './house.ts';

/** An operation that processes die in. */
export interface Trial {
  readonly name: string;
  /** How many of them die, where it is not at every point: as many as there is time for. */
  readonly deaths: number;
  /** Brings about what the command needs. */
  prepare(house: House): Promise<Command>;
}

let written = 0;

/** A snapshot, and a volume that holds something else since. */
const withSnapshot = async (
  house: House,
): Promise<{ volume: Volume; snapshot: Snapshot; before: readonly string[] }> => {
  const volume = await house.standing();
  const snapshot = await volume.createSnapshot();
  const before = house.holds(volume.id);
  written += 1;
  await house.write(volume.id, `written ${written}`);
  return { volume, snapshot, before };
};

const connected = async (house: House) => {
  const volume = await house.standing();
  const connection = await volume.connect(await house.connector());
  return { volume_id: volume.id, connection_id: connection.id };
};

const attached = async (house: House) => {
  const volume = await house.standing();
  const connection = await volume.attach();
  return { volume_id: volume.id, connection_id: connection.id };
};

export const TRIALS: readonly Trial[] = [
  {
    name: 'create',
    deaths: 2,
    prepare: async ({ backend }) => ({ type: 'CreateVolume', backend: backend.name, id: newId(), size: 1 }),
  },
  {
    name: 'delete',
    deaths: 2,
    prepare: async ({ backend }) => ({ type: 'DeleteVolume', volume_id: (await backend.createVolume({ size: 1 })).id }),
  },
  {
    name: 'extend',
    deaths: 1,
    prepare: async (house) => {
      const { id, size } = await house.standing();
      return { type: 'ExtendVolume', volume_id: id, size: size + 1 };
    },
  },
  {
    name: 'create snapshot',
    deaths: 2,
    prepare: async (house) => ({ type: 'CreateSnapshot', volume_id: (await house.standing()).id, id: newId() }),
  },
  {
    name: 'delete snapshot',
    deaths: 2,
    prepare: async (house) => {
      const { volume, snapshot } = await withSnapshot(house);
      return { type: 'DeleteSnapshot', volume_id: volume.id, snapshot_id: snapshot.id };
    },
  },
  {
    name: 'clone',
    deaths: 1,
    prepare: async (house) => {
      const [volume, id] = [await house.standing(), newId()];
      house.expect(id, ...house.holds(volume.id));
      return { type: 'CloneVolume', volume_id: volume.id, id };
    },
  },
  {
    name: 'create from snapshot',
    deaths: 1,
    prepare: async (house) => {
      const { volume, snapshot, before } = await withSnapshot(house);
      const id = newId();
      house.expect(id, ...before);
      return { type: 'CreateVolumeFromSnapshot', volume_id: volume.id, snapshot_id: snapshot.id, id };
    },
  },
  {
    name: 'revert',
    deaths: 1,
    prepare: async (house) => {
      const { volume, snapshot, before } = await withSnapshot(house);
      house.expect(volume.id, ...before, ...house.holds(volume.id));
      return { type: 'RevertToSnapshot', volume_id: volume.id, snapshot_id: snapshot.id };
    },
  },
  {
    name: 'connect',
    deaths: 3,
    prepare: async (house) => ({
      type: 'ConnectVolume',
      volume_id: (await house.standing()).id,
      id: newId(),
      connector: await house.connector(),
    }),
  },
  {
    name: 'disconnect',
    deaths: 3,
    prepare: async (house) => ({ type: 'DisconnectVolume', ...(await connected(house)) }),
  },
  {
    name: 'attach',
    deaths: 4,
    prepare: async (house) => ({ type: 'AttachVolume', volume_id: (await house.standing()).id, id: newId() }),
  },
  { name: 'detach', deaths: 4, prepare: async (house) => ({ type: 'DetachVolume', ...(await attached(house)) }) },
];
