import type { Command } from '../../library/commander.ts';
import type { LifecycleStep } from './compare.ts';

type Fields = Readonly<Record<string, unknown>>;

const sized = ({ size }: Fields): string => (size === undefined ? '' : ` of ${size} GiB`);
const hostOf = ({ connector }: Fields): string => String((connector as Fields | undefined)?.host ?? 'an unnamed host');
const forced = ({ force }: Fields): string => (force === true ? ' by force' : '');
const mode = ({ attach_mode }: Fields): string => (attach_mode === 'ro' ? ' read-only' : '');

const WORDS: Readonly<Record<string, (fields: Fields) => string>> = {
  CreateVolume: (of) => `create ${of.multiattach === true ? 'multiattach ' : ''}volume ${of.id}${sized(of)}`,
  DeleteVolume: ({ volume_id }) => `delete volume ${volume_id}`,
  ExtendVolume: ({ volume_id, size }) => `extend volume ${volume_id} to ${size} GiB`,
  RenameVolume: ({ volume_id, name }) => `rename volume ${volume_id} to ${JSON.stringify(name ?? null)}`,
  SetVolumeMetadata: ({ volume_id, metadata }) => `set metadata ${JSON.stringify(metadata)} of volume ${volume_id}`,
  CreateSnapshot: ({ id, volume_id }) => `take snapshot ${id} of volume ${volume_id}`,
  DeleteSnapshot: ({ snapshot_id }) => `delete snapshot ${snapshot_id}`,
  RevertToSnapshot: ({ volume_id, snapshot_id }) => `revert volume ${volume_id} to snapshot ${snapshot_id}`,
  CloneVolume: (of) => `clone volume ${of.volume_id} as ${of.id}${sized(of)}`,
  CreateVolumeFromSnapshot: (of) => `make volume ${of.id}${sized(of)} of snapshot ${of.snapshot_id}`,
  ConnectVolume: (of) => `connect volume ${of.volume_id} to ${hostOf(of)}${mode(of)} (connection ${of.id})`,
  DisconnectVolume: (of) => `end connection ${of.connection_id}${forced(of)}`,
  EnsureVolumeExport: ({ volume_id }) => `ensure the export of volume ${volume_id}`,
  AttachVolume: (of) => `attach volume ${of.volume_id} here${mode(of)} (connection ${of.id})`,
  DetachVolume: (of) => `detach volume ${of.volume_id} here${forced(of)} (connection ${of.connection_id})`,
  AttachDevice: ({ connection_id }) => `attach the device of connection ${connection_id} here`,
  DetachDevice: (of) => `detach the device of connection ${of.connection_id}${forced(of)}`,
  ReportDevice: ({ connection_id, device }) =>
    `report device ${String((device as Fields | undefined)?.path)} of connection ${connection_id}`,
};

/** A command as people say it: `extend volume v0 to 2 GiB`. */
export const commandInWords = (command: Command): string => {
  const { type, ...fields } = command;
  return WORDS[type]?.(fields) ?? JSON.stringify(command);
};

/** A step of a life as people say it. */
export const stepInWords = (step: LifecycleStep): string =>
  'command' in step
    ? commandInWords(step.command)
    : `a host writes ${step.write.byte} into the first byte of volume ${step.write.volume}`;
