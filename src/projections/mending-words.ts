import { VolumeAdopted, VolumeAdoptionFailed, VolumeAdoptionRequested } from '../domain/volume/adopt.ts';
import { VolumeForgetFailed, VolumeForgetRequested, VolumeForgotten } from '../domain/volume/forget.ts';
import {
  VolumeStatusReset,
  VolumeStatusResetFailed,
  VolumeStatusResetRequested,
} from '../domain/volume/reset-status.ts';
import { SnapshotStatusReset } from '../domain/volume/snapshot-reset-status.ts';
import { because, byForce, named, type Saying, saying } from './saying.ts';

interface Parts {
  readonly snapshots: readonly string[];
  readonly connections: readonly string[];
}

const along = (parts: Parts): string => {
  const said = [...parts.snapshots.map((id) => `snapshot ${id}`), ...parts.connections.map((id) => `connection ${id}`)];
  return said.length === 0 ? '' : `, with ${said.join(', ')}`;
};

export const mendingWords: readonly Saying[] = [
  saying(
    VolumeAdoptionRequested,
    ({ volume, reference }) =>
      `volume adoption requested: ${reference} on backend ${volume.backend_name}, ${volume.size} GiB${named(volume.name)}`,
  ),
  saying(VolumeAdopted, ({ reference }) => `volume adopted: it was ${reference}`),
  saying(VolumeAdoptionFailed, (data) => `volume adoption of ${data.reference} failed: ${because(data.failure)}`),
  saying(VolumeForgetRequested, ({ force }) => `forgetting of the volume requested${byForce(force)}`),
  saying(VolumeForgotten, (data) => `volume forgotten${along(data)}`),
  saying(VolumeForgetFailed, ({ failure }) => `forgetting of the volume failed: ${because(failure)}`),
  saying(
    VolumeStatusResetRequested,
    ({ status, previous_status }) => `status reset requested: from ${previous_status} to ${status}`,
  ),
  saying(VolumeStatusReset, ({ status, previous_status }) => `status reset from ${previous_status} to ${status}`),
  saying(VolumeStatusResetFailed, ({ failure }) => `status reset failed: ${because(failure)}`),
  saying(
    SnapshotStatusReset,
    ({ snapshot_id, status, previous_status }) =>
      `status of snapshot ${snapshot_id} reset from ${previous_status} to ${status}`,
  ),
];
