import { type Command, Option } from 'commander';
import { given } from './arguments.ts';

export interface ConnectionOptions {
  readonly id?: string;
  readonly mode?: 'rw' | 'ro';
  readonly attachedHost?: string;
  readonly instanceUuid?: string;
  readonly mountpoint?: string;
}

export const withConnectionOptions = (verb: Command): Command =>
  verb
    .addOption(new Option('--mode <mode>', 'whether the host may write').choices(['rw', 'ro']))
    .option('--attached-host <host>', 'the host it is for, for the record')
    .option('--instance-uuid <uuid>', 'the machine it is for, for the record')
    .option('--mountpoint <path>', 'where it goes, for the record')
    .option('--id <uuid>', "the connection's id, instead of a new one");

export const connectionAttributes = (options: ConnectionOptions) =>
  given({
    id: options.id,
    attach_mode: options.mode,
    attached_host: options.attachedHost,
    instance_uuid: options.instanceUuid,
    mountpoint: options.mountpoint,
  });
