import type { ArrayResource } from '../../domain/backend/resource.ts';
import { DriverFailure } from '../contract.ts';
import type { MemoryArray, MemoryVolume } from './array.ts';

/** What is on an array: `volume/<id>`, `snapshot/<id>`, `export/<volume's id>`, `connection/<id>`. */
export const resourcesOn = (array: MemoryArray, location: (id: string) => string): readonly ArrayResource[] => {
  const stored = (kind: 'volume' | 'snapshot', { id, sizeBytes }: MemoryVolume, volume_id: string | null) => ({
    kind,
    reference: `${kind}/${id}`,
    id,
    volume_id,
    sizeBytes,
    provider_location: location(id),
    reason_not_safe: kind === 'volume' && array.exports.has(id) ? 'it is exported' : null,
  });
  const access = (kind: 'export' | 'connection', id: string, volume_id: string) => ({
    kind,
    reference: `${kind}/${id}`,
    id: kind === 'export' ? null : id,
    volume_id,
    sizeBytes: null,
    provider_location: null,
    reason_not_safe: null,
  });
  return [
    ...array.volumes.values().map((volume) => stored('volume', volume, null)),
    ...array.snapshots.values().map((snapshot) => stored('snapshot', snapshot, snapshot.volumeId)),
    ...array.exports.values().map(({ volumeId }) => access('export', volumeId, volumeId)),
    ...array.connections.values().map(({ id, volumeId }) => access('connection', id, volumeId)),
  ];
};

/** `deleteVolume` refuses what is connected. */
export const deleteResource = (array: MemoryArray, reference: string, deleteVolume: (id: string) => void): void => {
  const [kind, ...rest] = reference.split('/');
  const id = rest.join('/');
  if (kind === 'volume') deleteVolume(id);
  else if (kind === 'snapshot') array.snapshots.delete(id);
  else if (kind === 'export') array.exports.delete(id);
  else if (kind === 'connection') array.connections.delete(id);
  else throw new DriverFailure(`array "${array.name}" has nothing named ${reference}`, 'give a name that it lists');
};
