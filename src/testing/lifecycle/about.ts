import type { Command } from '../../library/commander.ts';

/** The volume whose stream a command is decided in. */
export const volumeOf = (command: Command): string | null => {
  const { id, volume_id: volume } = command as { readonly id?: string; readonly volume_id?: string };
  switch (command.type) {
    case 'CreateVolume':
    case 'CloneVolume':
    case 'CreateVolumeFromSnapshot':
      return id ?? null;
    default:
      return volume ?? null;
  }
};

/** The snapshot or connection that a command is about, if it is about one. */
export const partOf = (command: Command): string | null => {
  switch (command.type) {
    case 'CreateSnapshot':
    case 'ConnectVolume':
    case 'AttachVolume':
      return command.id ?? null;
    case 'DeleteSnapshot':
      return command.snapshot_id;
    case 'DisconnectVolume':
    case 'DetachVolume':
    case 'AttachDevice':
    case 'DetachDevice':
      return command.connection_id;
    default:
      return null;
  }
};
