import type { JsonObject } from '../../domain/json.ts';
import { sealedIn, shreddedMarksIn } from '../../domain/sealed.ts';
import type { Connection } from '../../domain/volume/volume.ts';
import { cinderNameOf } from '../../drivers/registry.ts';
import type { BackendDocument, KeyValueDocument, VolumeDocument } from '../../projections/documents.ts';
import { settledSnapshotStatus, settledVolumeStatus } from './statuses.ts';

/** What of a thing does not come along in an export, in words. */
export interface ExportNote {
  readonly kind: 'backend' | 'volume' | 'snapshot' | 'connection' | 'key_value';
  readonly id: string;
  readonly note: string;
}

type Noted = readonly ExportNote[];

const noted = (kind: ExportNote['kind'], id: string, ...notes: readonly (string | null)[]): Noted =>
  notes.flatMap((note) => (note === null ? [] : [{ kind, id, note }]));

const settled = (here: string, there: string): string | null =>
  here === there ? null : `it is ${here} here, and becomes ${there}: there nobody goes on with it`;

/** A reference, for all that an option's value can be besides. */
const isReference = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What cinderlib is told of a backend besides its name; empty where Cinder has no such driver. */
export const exportedOptions = ({ driver, options }: BackendDocument): JsonObject => {
  const volume_driver = cinderNameOf(driver);
  if (volume_driver === null) return {};
  const own = Object.entries(options ?? {}).filter(([, value]) => !isReference(value));
  return { volume_driver, ...Object.fromEntries(own) };
};

export const backendNotes = (backend: BackendDocument, withConfiguration: boolean): Noted => {
  const { name, driver, options } = backend;
  const isCinders = cinderNameOf(driver) !== null;
  const references = withConfiguration && isCinders ? Object.entries(options ?? {}) : [];
  return [
    ...noted(
      'backend',
      name,
      isCinders ? null : `Cinder has no driver like ${driver}: cinderlib needs a backend of this name before it loads`,
      withConfiguration && options === null ? 'its options are not known here: cinderlib needs them' : null,
    ),
    ...references
      .filter(([, value]) => isReference(value))
      .flatMap(([option]) =>
        noted(
          'backend',
          name,
          `its ${option} is left out, because here stands a reference to a credential: make the backend in cinderlib with the credential itself before it loads`,
        ),
      ),
  ];
};

/** `isOpened`: whether its credentials come along. */
export const volumeNotes = (volume: VolumeDocument, isOpened: boolean): Noted => {
  const { id, status, snapshots, connections, open = [], questions = [] } = volume;
  const sealed = isOpened ? [] : sealedIn(volume);
  const shredded = shreddedMarksIn(volume);
  return [
    ...noted(
      'volume',
      id,
      settled(status, settledVolumeStatus(status)),
      ...open.map(({ operation }) => `${operation} is under way: there nobody goes on with it`),
      ...questions.map(({ operation }) => `how ${operation} ended is not known: there nobody asks`),
      sealed.length === 0 ? null : `its credentials are left out (${sealed.join(', ')}): showing secrets brings them`,
      Object.keys(volume.qos_specs).length === 0
        ? null
        : 'its qos_specs come along, but no database of cinderlib keeps them',
      shredded.length === 0 ? null : `its credentials were destroyed (${shredded.join(', ')})`,
    ),
    ...snapshots.flatMap((one) => noted('snapshot', one.id, settled(one.status, settledSnapshotStatus(one.status)))),
    ...connections.flatMap((one) => noted('connection', one.id, connectionNote(one))),
  ];
};

const connectionNote = ({ status, connection_info, device }: Connection): string | null => {
  if (connection_info === null)
    return `it is ${status} here without connection info: there it can only be disconnected`;
  return settled(status, device === null ? 'reserved' : 'attached');
};

export const keyValueNotes = ({ key }: KeyValueDocument): Noted =>
  noted('key_value', key, 'a dump of cinderlib holds no key-values: there `persistence.set_key_value` sets it');
