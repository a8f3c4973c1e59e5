import { AUDIT_STREAM } from '../domain/audit/audit.ts';
import { backendStream } from '../domain/backend/backend.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { keyValueStream } from '../domain/keyvalue/key-value.ts';
import { volumeStream } from '../domain/volume/volume.ts';

interface PartOfVolume {
  readonly volume_id?: string;
}

interface About {
  readonly volume?: { readonly id: string };
  readonly snapshot?: PartOfVolume;
  readonly connection?: PartOfVolume;
  readonly backend?: { readonly name: string };
  readonly key?: string;
  /** Of an import. */
  readonly state?: {
    readonly volume?: { readonly id: string } | null;
    readonly backend?: { readonly name: string } | null;
    readonly pair?: { readonly key: string } | null;
  };
}

/** The stream that an event's data belongs into, where the data says so. */
export const streamOf = ({ stream, data }: RecordedEvent): string | null => {
  // There is one, and what its events name is not what they are about.
  if (stream === AUDIT_STREAM) return stream;
  const { volume, snapshot, connection, backend, key, state }: About = data;
  const volumeId = volume?.id ?? snapshot?.volume_id ?? connection?.volume_id ?? state?.volume?.id;
  if (volumeId !== undefined) return volumeStream(volumeId);
  const backendName = backend?.name ?? state?.backend?.name;
  if (backendName !== undefined) return backendStream(backendName);
  const pairKey = key ?? state?.pair?.key;
  return pairKey === undefined ? null : keyValueStream(pairKey);
};
