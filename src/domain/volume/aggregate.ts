import { aggregate, type EventOf } from '../aggregate.ts';
import { VolumeAdopted, VolumeAdoptionFailed, VolumeAdoptionRequested } from './adopt.ts';
import { VolumeAttached, VolumeAttachmentFailed, VolumeAttachmentRequested } from './attach.ts';
import { VolumeOperationClaimed, VolumeOperationOffered } from './claim.ts';
import { ConnectionInitializationFailed, ConnectionInitializationRequested, ConnectionInitialized } from './connect.ts';
import { VolumeCopied, VolumeCopyFailed, VolumeCopyRequested } from './copy.ts';
import { VolumeCreated, VolumeCreationFailed, VolumeCreationRequested } from './create.ts';
import { VolumeDeleted, VolumeDeletionFailed, VolumeDeletionRequested } from './delete.ts';
import { VolumeDetached, VolumeDetachmentFailed, VolumeDetachmentRequested } from './detach.ts';
import { DeviceAttached, DeviceAttachmentFailed, DeviceAttachmentRequested, DeviceReported } from './device-attach.ts';
import {
  DetachmentReported,
  DeviceDetached,
  DeviceDetachmentFailed,
  DeviceDetachmentRequested,
} from './device-detach.ts';
import { ConnectionTerminated, ConnectionTerminationFailed, ConnectionTerminationRequested } from './disconnect.ts';
import { ExportEnsured, ExportEnsureFailed, ExportEnsureRequested } from './ensure-export.ts';
import { VolumeExtended, VolumeExtensionFailed, VolumeExtensionRequested } from './extend.ts';
import { VolumeForgetFailed, VolumeForgetRequested, VolumeForgotten } from './forget.ts';
import { VolumeImported } from './import.ts';
import { VolumeMetadataChanged } from './metadata.ts';
import { DriverModelUpdated } from './model-update.ts';
import { VolumeOutcomeUnknown } from './outcome-unknown.ts';
import { SourcePinned, SourceUnpinned } from './pin.ts';
import { VolumeDescribed, VolumeRenamed } from './rename.ts';
import { VolumeStatusReset, VolumeStatusResetFailed, VolumeStatusResetRequested } from './reset-status.ts';
import { VolumeReverted, VolumeRevertFailed, VolumeRevertRequested } from './revert.ts';
import { SecretsShown } from './show-secrets.ts';
import { VolumeSecretsShredded, VolumeSecretsShredFailed, VolumeSecretsShredRequested } from './shred-secrets.ts';
import { SnapshotCreated, SnapshotCreationFailed, SnapshotCreationRequested } from './snapshot-create.ts';
import { SnapshotDeleted, SnapshotDeletionFailed, SnapshotDeletionRequested } from './snapshot-delete.ts';
import { SnapshotStatusReset } from './snapshot-reset-status.ts';
import { NO_VOLUME, type VolumeState, VolumeStateSchema } from './volume.ts';

const definitions = [
  VolumeCreationRequested,
  VolumeCreated,
  VolumeCreationFailed,
  VolumeAdoptionRequested,
  VolumeAdopted,
  VolumeAdoptionFailed,
  VolumeCopyRequested,
  VolumeCopied,
  VolumeCopyFailed,
  VolumeDeletionRequested,
  VolumeDeleted,
  VolumeDeletionFailed,
  VolumeForgetRequested,
  VolumeForgotten,
  VolumeForgetFailed,
  VolumeStatusResetRequested,
  VolumeStatusReset,
  VolumeStatusResetFailed,
  VolumeExtensionRequested,
  VolumeExtended,
  VolumeExtensionFailed,
  VolumeRenamed,
  VolumeDescribed,
  VolumeMetadataChanged,
  DriverModelUpdated,
  SourcePinned,
  SourceUnpinned,
  SnapshotCreationRequested,
  SnapshotCreated,
  SnapshotCreationFailed,
  SnapshotDeletionRequested,
  SnapshotDeleted,
  SnapshotDeletionFailed,
  SnapshotStatusReset,
  VolumeRevertRequested,
  VolumeReverted,
  VolumeRevertFailed,
  ConnectionInitializationRequested,
  ConnectionInitialized,
  ConnectionInitializationFailed,
  ConnectionTerminationRequested,
  ConnectionTerminated,
  ConnectionTerminationFailed,
  ExportEnsureRequested,
  ExportEnsured,
  ExportEnsureFailed,
  DeviceAttachmentRequested,
  DeviceAttached,
  DeviceAttachmentFailed,
  DeviceReported,
  DeviceDetachmentRequested,
  DeviceDetached,
  DeviceDetachmentFailed,
  DetachmentReported,
  VolumeAttachmentRequested,
  VolumeAttached,
  VolumeAttachmentFailed,
  VolumeDetachmentRequested,
  VolumeDetached,
  VolumeDetachmentFailed,
  VolumeSecretsShredRequested,
  VolumeSecretsShredded,
  VolumeSecretsShredFailed,
  SecretsShown,
  VolumeOutcomeUnknown,
  VolumeOperationClaimed,
  VolumeOperationOffered,
  VolumeImported,
] as const;

/** An event of a volume's stream, as readers see it. */
export type VolumeEvent = EventOf<(typeof definitions)[number]>;

/** A volume, its snapshots and its connections: one stream, so that its expected revision protects every hard rule. */
export const volumeAggregate = aggregate<VolumeState>('volume', NO_VOLUME, VolumeStateSchema, definitions);
