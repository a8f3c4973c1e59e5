import { VolumeAttached, VolumeAttachmentFailed, VolumeAttachmentRequested } from '../domain/volume/attach.ts';
import { VolumeOperationClaimed, VolumeOperationOffered } from '../domain/volume/claim.ts';
import {
  ConnectionInitializationFailed,
  ConnectionInitializationRequested,
  ConnectionInitialized,
} from '../domain/volume/connect.ts';
import { VolumeCopied, VolumeCopyFailed, VolumeCopyRequested } from '../domain/volume/copy.ts';
import { VolumeCreated, VolumeCreationFailed, VolumeCreationRequested } from '../domain/volume/create.ts';
import { VolumeDeleted, VolumeDeletionFailed, VolumeDeletionRequested } from '../domain/volume/delete.ts';
import { VolumeDetached, VolumeDetachmentFailed, VolumeDetachmentRequested } from '../domain/volume/detach.ts';
import {
  DeviceAttached,
  DeviceAttachmentFailed,
  DeviceAttachmentRequested,
  DeviceReported,
} from '../domain/volume/device-attach.ts';
import {
  DetachmentReported,
  DeviceDetached,
  DeviceDetachmentFailed,
  DeviceDetachmentRequested,
} from '../domain/volume/device-detach.ts';
import {
  ConnectionTerminated,
  ConnectionTerminationFailed,
  ConnectionTerminationRequested,
} from '../domain/volume/disconnect.ts';
import { ExportEnsured, ExportEnsureFailed, ExportEnsureRequested } from '../domain/volume/ensure-export.ts';
import { VolumeExtended, VolumeExtensionFailed, VolumeExtensionRequested } from '../domain/volume/extend.ts';
import { VolumeImported } from '../domain/volume/import.ts';
import { VolumeMetadataChanged } from '../domain/volume/metadata.ts';
import { DriverModelUpdated } from '../domain/volume/model-update.ts';
import { VolumeOutcomeUnknown } from '../domain/volume/outcome-unknown.ts';
import { SourcePinned, SourceUnpinned } from '../domain/volume/pin.ts';
import { VolumeDescribed, VolumeRenamed } from '../domain/volume/rename.ts';
import { VolumeReverted, VolumeRevertFailed, VolumeRevertRequested } from '../domain/volume/revert.ts';
import { SecretsShown } from '../domain/volume/show-secrets.ts';
import {
  VolumeSecretsShredded,
  VolumeSecretsShredFailed,
  VolumeSecretsShredRequested,
} from '../domain/volume/shred-secrets.ts';
import {
  SnapshotCreated,
  SnapshotCreationFailed,
  SnapshotCreationRequested,
} from '../domain/volume/snapshot-create.ts';
import {
  SnapshotDeleted,
  SnapshotDeletionFailed,
  SnapshotDeletionRequested,
} from '../domain/volume/snapshot-delete.ts';
import { mendingWords } from './mending-words.ts';
import { because, byForce, ignoring, named, type Saying, saying, sourceOf } from './saying.ts';

const lifecycle: readonly Saying[] = [
  saying(
    VolumeCreationRequested,
    ({ volume }) =>
      `volume creation requested: ${volume.size} GiB on backend ${volume.backend_name}${named(volume.name)}`,
  ),
  saying(VolumeCreated, 'volume created'),
  saying(VolumeCreationFailed, ({ failure }) => `volume creation failed: ${because(failure)}`),
  saying(VolumeCopyRequested, ({ volume, source_volume_id }) => {
    const source = volume.snapshot_id === null ? '' : `snapshot ${volume.snapshot_id} of `;
    return `volume copy requested: ${volume.size} GiB from ${source}volume ${source_volume_id}${named(volume.name)}`;
  }),
  saying(VolumeCopied, 'volume copied'),
  saying(VolumeCopyFailed, ({ failure }) => `volume copy failed: ${because(failure)}`),
  saying(VolumeDeletionRequested, 'volume deletion requested'),
  saying(VolumeDeleted, 'volume deleted'),
  saying(VolumeDeletionFailed, ({ failure }) => `volume deletion failed: ${because(failure)}`),
  saying(
    VolumeExtensionRequested,
    ({ size, previous_size }) => `volume extension requested: from ${previous_size} to ${size} GiB`,
  ),
  saying(VolumeExtended, ({ size, previous_size }) => `volume extended from ${previous_size} to ${size} GiB`),
  saying(VolumeExtensionFailed, ({ failure }) => `volume extension failed: ${because(failure)}`),
  saying(VolumeImported, (data) => `volume imported${named(data.state.volume?.name)} from ${sourceOf(data)}`),
  saying(VolumeOutcomeUnknown, ({ question }) => `outcome unknown: ${question}`),
  saying(VolumeOperationClaimed, ({ from_executor }) => `operation taken over from ${from_executor}`),
  saying(VolumeOperationOffered, ({ hosts, until }) => `operation offered to ${hosts.join(', ')} until ${until}`),
];

const descriptions: readonly Saying[] = [
  saying(VolumeRenamed, ({ name, previous_name }) =>
    name === null
      ? `volume name${named(previous_name)} taken away`
      : `volume renamed${from(previous_name)} to "${name}"`,
  ),
  saying(VolumeDescribed, ({ description }) =>
    description === null ? 'volume description taken away' : `volume described: ${description}`,
  ),
  saying(VolumeMetadataChanged, ({ metadata }) => {
    const keys = Object.keys(metadata);
    return keys.length === 0 ? 'volume metadata emptied' : `volume metadata changed: it has ${keys.join(', ')}`;
  }),
  saying(
    DriverModelUpdated,
    ({ resource, id, model_update }) =>
      `driver reported ${Object.keys(model_update).join(', ')} of ${resource === 'volume' ? 'the volume' : `snapshot ${id}`}`,
  ),
  saying(SourcePinned, ({ pin }) =>
    pin.snapshot_id === null
      ? `volume held as the source of volume ${pin.volume_id}`
      : `snapshot ${pin.snapshot_id} held as the source of volume ${pin.volume_id}`,
  ),
  saying(SourceUnpinned, 'source released'),
];

const from = (name: string | null): string => (name === null ? '' : ` from "${name}"`);

const snapshots: readonly Saying[] = [
  saying(
    SnapshotCreationRequested,
    ({ snapshot }) => `snapshot creation requested: ${snapshot.id}${named(snapshot.name)}`,
  ),
  saying(SnapshotCreated, ({ snapshot_id }) => `snapshot ${snapshot_id} created`),
  saying(SnapshotCreationFailed, (data) => `creation of snapshot ${data.snapshot_id} failed: ${because(data.failure)}`),
  saying(SnapshotDeletionRequested, ({ snapshot_id }) => `snapshot deletion requested: ${snapshot_id}`),
  saying(SnapshotDeleted, ({ snapshot_id }) => `snapshot ${snapshot_id} deleted`),
  saying(SnapshotDeletionFailed, (data) => `deletion of snapshot ${data.snapshot_id} failed: ${because(data.failure)}`),
  saying(VolumeRevertRequested, ({ snapshot_id }) => `volume revert requested: to snapshot ${snapshot_id}`),
  saying(VolumeReverted, ({ snapshot_id }) => `volume reverted to snapshot ${snapshot_id}`),
  saying(VolumeRevertFailed, (data) => `revert to snapshot ${data.snapshot_id} failed: ${because(data.failure)}`),
];

const hostsOf = (ids: readonly string[]): string => `connection${ids.length === 1 ? '' : 's'} ${ids.join(', ')}`;

const connections: readonly Saying[] = [
  saying(ConnectionInitializationRequested, ({ connection: { id, connector, attach_mode } }) => {
    const host = typeof connector.host === 'string' ? ` of host ${connector.host}` : '';
    return `connection requested: ${id}${host}, ${attach_mode === 'ro' ? 'read-only' : 'read-write'}`;
  }),
  saying(ConnectionInitialized, ({ connection_id, connection_info }) => {
    return `connection ${connection_id} initialized by ${connection_info.driver_volume_type}`;
  }),
  saying(ConnectionInitializationFailed, (data) => `connection ${data.connection_id} failed: ${because(data.failure)}`),
  saying(
    ConnectionTerminationRequested,
    ({ connection_id, force }) => `disconnection requested: ${connection_id}${byForce(force)}`,
  ),
  saying(
    ConnectionTerminated,
    ({ connection_id, ignored_errors }) => `connection ${connection_id} terminated${ignoring(ignored_errors)}`,
  ),
  saying(
    ConnectionTerminationFailed,
    (data) => `disconnection of ${data.connection_id} failed: ${because(data.failure)}`,
  ),
  saying(ExportEnsureRequested, ({ connections }) => `ensuring of the export requested: for ${hostsOf(connections)}`),
  saying(ExportEnsured, ({ connections }) => `export ensured for ${hostsOf(connections)}`),
  saying(ExportEnsureFailed, ({ failure }) => `ensuring of the export failed: ${because(failure)}`),
];

const attachments: readonly Saying[] = [
  saying(VolumeAttachmentRequested, ({ connection_id }) => `volume attachment requested: connection ${connection_id}`),
  saying(VolumeAttached, ({ connection_id }) => `volume attached by connection ${connection_id}`),
  saying(VolumeAttachmentFailed, (data) => `volume attachment ${data.connection_id} failed: ${because(data.failure)}`),
  saying(
    VolumeDetachmentRequested,
    ({ connection_id, force }) => `volume detachment requested: connection ${connection_id}${byForce(force)}`,
  ),
  saying(VolumeDetached, ({ connection_id }) => `volume detached from connection ${connection_id}`),
  saying(VolumeDetachmentFailed, (data) => `volume detachment ${data.connection_id} failed: ${because(data.failure)}`),
  saying(DeviceAttachmentRequested, ({ connection_id }) => `device attachment requested: connection ${connection_id}`),
  saying(
    DeviceAttached,
    ({ connection_id, device }) => `device ${String(device.path)} attached for connection ${connection_id}`,
  ),
  saying(DeviceAttachmentFailed, (data) => `device attachment ${data.connection_id} failed: ${because(data.failure)}`),
  saying(
    DeviceReported,
    ({ connection_id, device }) => `device ${String(device.path)} reported for connection ${connection_id}`,
  ),
  saying(
    DeviceDetachmentRequested,
    ({ connection_id, force }) => `device detachment requested: connection ${connection_id}${byForce(force)}`,
  ),
  saying(
    DeviceDetached,
    ({ connection_id, ignored_errors }) => `device detached for connection ${connection_id}${ignoring(ignored_errors)}`,
  ),
  saying(DetachmentReported, ({ connection_id }) => `device reported detached for connection ${connection_id}`),
  saying(DeviceDetachmentFailed, (data) => `device detachment ${data.connection_id} failed: ${because(data.failure)}`),
];

const secrets: readonly Saying[] = [
  saying(VolumeSecretsShredRequested, 'shredding of credentials requested'),
  saying(
    VolumeSecretsShredded,
    ({ keys }) => `credentials shredded: ${keys.length} key${keys.length === 1 ? '' : 's'} destroyed`,
  ),
  saying(VolumeSecretsShredFailed, ({ failure }) => `shredding of credentials failed: ${because(failure)}`),
  saying(SecretsShown, ({ connection_id, fields }) => {
    const whose = connection_id === null ? 'the volume' : `connection ${connection_id}`;
    return `credentials of ${whose} shown: ${fields.join(', ')}`;
  }),
];

export const volumeWords: readonly Saying[] = [
  ...lifecycle,
  ...descriptions,
  ...snapshots,
  ...connections,
  ...attachments,
  ...secrets,
  ...mendingWords,
];
