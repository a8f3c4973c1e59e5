import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { sealedIn } from '../src/domain/sealed.ts';
import { createMemoryLog } from '../src/eventlog/memory.ts';
import type { Engine } from '../src/index.ts';
import type { ConnectionDocument, SnapshotDocument, VolumeDocument } from '../src/projections/documents.ts';
import { BACKEND } from './model/commands.ts';
import { openEngine, openHouse } from './model/house.ts';
import { law } from './model/runs.ts';
import { anySteps, takeAll } from './model/steps.ts';

const REASON = { reason: 'back to cinderlib' };

/** Another record, which has the backend and took over what the text tells. */
const importing = async (text: string): Promise<Engine> => {
  const engine = await openEngine({});
  await engine.addBackend({ name: BACKEND, driver: 'memory' });
  await engine.importCinderlib({ text });
  return engine;
};

const exported = async (engine: Engine, options: Parameters<Engine['exportCinderlib']>[0]): Promise<string> =>
  (await Array.fromAsync(engine.exportCinderlib(options, REASON))).join('');

/** Nobody goes on there with what is under way here. */
const settled = <Status extends string>(status: Status): Status =>
  (({ deleting: 'error_deleting', creating: 'error', managing: 'error', extending: 'error', reverting: 'error' })[
    status as string
  ] as Status) ?? status;

const connectionThere = (connection: ConnectionDocument): ConnectionDocument => {
  const { connection_info, device } = connection;
  if (connection_info === null) return { ...connection, status: 'error_disconnecting' };
  return { ...connection, status: device === null ? 'reserved' : 'attached' };
};

/** In the order of their times, which is all that a dump of cinderlib tells of it. */
const snapshotsThere = (snapshots: readonly SnapshotDocument[]) =>
  snapshots
    .toSorted((one, other) => one.ordinal - other.ordinal)
    .map((one, index) => ({ ...one, status: settled(one.status), ordinal: index + 1 }));

/** A volume in order is in use by whom it is connected to. */
const resting = ({ status, connections }: VolumeDocument): VolumeDocument['status'] => {
  if (status !== 'available' && status !== 'in-use') return settled(status);
  return connections.length > 0 ? 'in-use' : 'available';
};

/** All that the format carries of a volume: what stands open and who reads it is lost, and each has a host and a pool. */
const there = ({ pins: _, open: __, questions: ___, ...volume }: VolumeDocument): VolumeDocument => ({
  ...volume,
  status: resting(volume),
  pool_name: volume.pool_name ?? BACKEND,
  host: `${volume.host?.split('@')[0] ?? 'scoria'}@${BACKEND}#${volume.pool_name ?? BACKEND}`,
  connections: volume.connections.map(connectionThere),
  snapshots: snapshotsThere(volume.snapshots),
});

/** Credentials are sealed anew, and left out where nobody asked for them. */
const unsealed = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, member) => (sealedIn({ member }).includes('/member') ? undefined : member)));

const comparable = (volumes: readonly VolumeDocument[]): unknown =>
  volumes.map((volume) => {
    const { provider_auth: _, snapshots, ...rest } = unsealed(volume) as VolumeDocument;
    return { ...rest, snapshots: snapshots.toSorted((one, other) => one.ordinal - other.ordinal) };
  });

describe('an export for cinderlib', () => {
  law(
    'of any moment, imported elsewhere, is the same inventory, as far as the format carries it',
    12,
    fc.asyncProperty(anySteps, async (steps) => {
      const log = createMemoryLog();
      await using house = await openHouse(log);
      await takeAll(house, steps);
      const head = await log.head();
      for (let at = 1n; at <= head; at += 3n) {
        const other = await importing(await exported(house.engine, { at }));
        const view = await house.engine.view(at);
        expect(comparable((await other.view()).volumes())).toEqual(comparable(view.volumes().map(there)));
        await other.close();
      }
    }),
  );

  law(
    'with its credentials, imported and exported again, is the same byte for byte',
    30,
    fc.asyncProperty(anySteps, async (steps) => {
      await using house = await openHouse(createMemoryLog());
      await takeAll(house, steps);
      const text = await exported(house.engine, { showSecrets: true });
      const other = await importing(text);
      expect(await exported(other, { showSecrets: true })).toBe(text);
      await other.close();
    }),
  );
});
