import { acceptRollback } from './audit/accept-rollback.ts';
import { rotateAuditKey } from './audit/rotate-key.ts';
import { sealLog } from './audit/seal.ts';
import { addBackend } from './backend/add.ts';
import { changeBackend } from './backend/change.ts';
import { deleteResource } from './backend/delete-resource.ts';
import { freezeBackend, thawBackend } from './backend/freeze.ts';
import { removeBackend } from './backend/remove.ts';
import { refreshBackendStats } from './backend/stats.ts';
import { deleteKeyValue, setKeyValue } from './keyvalue/key-value.ts';
import { adoptVolume } from './volume/adopt.ts';
import { attachVolume } from './volume/attach.ts';
import { connectVolume } from './volume/connect.ts';
import { cloneVolume, createVolumeFromSnapshot, createVolumeFromSource } from './volume/copy.ts';
import { createVolume } from './volume/create.ts';
import { deleteVolume } from './volume/delete.ts';
import { detachVolume } from './volume/detach.ts';
import { attachDevice, reportDevice } from './volume/device-attach.ts';
import { detachDevice, reportDetachment } from './volume/device-detach.ts';
import { disconnectVolume } from './volume/disconnect.ts';
import { ensureVolumeExport } from './volume/ensure-export.ts';
import { extendVolume } from './volume/extend.ts';
import { forgetVolume } from './volume/forget.ts';
import { setVolumeMetadata } from './volume/metadata.ts';
import { pinSource, unpinSource } from './volume/pin.ts';
import { renameVolume } from './volume/rename.ts';
import { resetSnapshotStatus, resetVolumeStatus } from './volume/reset-status.ts';
import { revertToSnapshot } from './volume/revert.ts';
import { showSecrets } from './volume/show-secrets.ts';
import { shredVolumeSecrets } from './volume/shred-secrets.ts';
import { createSnapshot } from './volume/snapshot-create.ts';
import { deleteSnapshot } from './volume/snapshot-delete.ts';

/** The operations that callers give as commands, by the command's name. */
export const operations = {
  AddBackend: addBackend,
  ChangeBackend: changeBackend,
  RemoveBackend: removeBackend,
  RefreshBackendStats: refreshBackendStats,
  FreezeBackend: freezeBackend,
  ThawBackend: thawBackend,
  DeleteResource: deleteResource,
  CreateVolume: createVolume,
  AdoptVolume: adoptVolume,
  DeleteVolume: deleteVolume,
  ForgetVolume: forgetVolume,
  ResetVolumeStatus: resetVolumeStatus,
  ExtendVolume: extendVolume,
  RenameVolume: renameVolume,
  SetVolumeMetadata: setVolumeMetadata,
  CloneVolume: cloneVolume,
  CreateVolumeFromSnapshot: createVolumeFromSnapshot,
  CreateSnapshot: createSnapshot,
  DeleteSnapshot: deleteSnapshot,
  ResetSnapshotStatus: resetSnapshotStatus,
  RevertToSnapshot: revertToSnapshot,
  ConnectVolume: connectVolume,
  DisconnectVolume: disconnectVolume,
  EnsureVolumeExport: ensureVolumeExport,
  AttachVolume: attachVolume,
  DetachVolume: detachVolume,
  AttachDevice: attachDevice,
  DetachDevice: detachDevice,
  ReportDevice: reportDevice,
  ReportDetachment: reportDetachment,
  ShredVolumeSecrets: shredVolumeSecrets,
  ShowSecrets: showSecrets,
  SetKeyValue: setKeyValue,
  DeleteKeyValue: deleteKeyValue,
  SealLog: sealLog,
  RotateAuditKey: rotateAuditKey,
  AcceptRollback: acceptRollback,
} as const;

/** Given only by their parents. */
export const childOperations = [createVolumeFromSource, pinSource, unpinSource] as const;
