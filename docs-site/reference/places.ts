import type { CommandName } from '../../src/library/commander.ts';

/** Where a command is given from: the library's method and the command line's verb. */
export interface Place {
  readonly method: string;
  readonly verb: string;
}

/** A new command does not compile until it has its line here; a test looks up each method and each verb. */
export const PLACES: Readonly<Record<CommandName, Place>> = {
  AddBackend: { method: 'Engine.addBackend', verb: 'backend add' },
  ChangeBackend: { method: 'Backend.change', verb: 'backend change' },
  RemoveBackend: { method: 'Backend.remove', verb: 'backend remove' },
  RefreshBackendStats: { method: 'Backend.stats', verb: 'backend stats' },
  FreezeBackend: { method: 'Backend.freeze', verb: 'backend freeze' },
  ThawBackend: { method: 'Backend.thaw', verb: 'backend thaw' },
  DeleteResource: { method: 'Backend.deleteResource', verb: 'backend delete-resource' },
  AdoptVolume: { method: 'Backend.adopt', verb: 'volume adopt' },
  ForgetVolume: { method: 'Volume.forget', verb: 'volume forget' },
  ResetVolumeStatus: { method: 'Volume.resetStatus', verb: 'volume reset-status' },
  ResetSnapshotStatus: { method: 'Snapshot.resetStatus', verb: 'snapshot reset-status' },
  CreateVolume: { method: 'Backend.createVolume', verb: 'volume create' },
  DeleteVolume: { method: 'Volume.delete', verb: 'volume delete' },
  ExtendVolume: { method: 'Volume.extend', verb: 'volume extend' },
  RenameVolume: { method: 'Volume.rename', verb: 'volume rename' },
  SetVolumeMetadata: { method: 'Volume.setMetadata', verb: 'volume metadata set' },
  CloneVolume: { method: 'Volume.clone', verb: 'volume clone' },
  CreateVolumeFromSnapshot: { method: 'Snapshot.createVolume', verb: 'snapshot restore' },
  CreateSnapshot: { method: 'Volume.createSnapshot', verb: 'snapshot create' },
  DeleteSnapshot: { method: 'Snapshot.delete', verb: 'snapshot delete' },
  RevertToSnapshot: { method: 'Snapshot.revert', verb: 'snapshot revert' },
  ConnectVolume: { method: 'Volume.connect', verb: 'connection create' },
  DisconnectVolume: { method: 'Connection.disconnect', verb: 'connection delete' },
  EnsureVolumeExport: { method: 'Backend.ensureExports', verb: 'backend ensure-exports' },
  AttachVolume: { method: 'Volume.attach', verb: 'volume attach' },
  DetachVolume: { method: 'Volume.detach', verb: 'volume detach' },
  AttachDevice: { method: 'Connection.attach', verb: 'connection attach' },
  DetachDevice: { method: 'Connection.detach', verb: 'connection detach' },
  ReportDevice: { method: 'Connection.device_attached', verb: 'connection report-device' },
  ReportDetachment: { method: 'Connection.device_detached', verb: 'connection report-detached' },
  ShredVolumeSecrets: { method: 'Volume.shredSecrets', verb: 'volume shred-secrets' },
  ShowSecrets: { method: 'Volume.showSecrets', verb: 'volume show' },
  SetKeyValue: { method: 'Engine.keyValues.set', verb: 'kv set' },
  DeleteKeyValue: { method: 'Engine.keyValues.delete', verb: 'kv delete' },
  SealLog: { method: 'Audit.seal', verb: 'audit seal' },
  RotateAuditKey: { method: 'Audit.rotateKey', verb: 'audit key rotate' },
  AcceptRollback: { method: 'Audit.acceptRollback', verb: 'audit accept' },
};
