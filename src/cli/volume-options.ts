import type { Command } from 'commander';
import { given, pairsOf } from './arguments.ts';
import { SIZE_FORMS, sizeOf } from './size.ts';

type Pairs = Readonly<Record<string, string>>;

export interface VolumeOptions {
  readonly id?: string;
  readonly name?: string;
  readonly description?: string;
  readonly poolName?: string;
  readonly bootable?: boolean;
  readonly multiattach?: boolean;
  readonly availabilityZone?: string;
  readonly host?: string;
  readonly metadata?: Pairs;
  readonly extraSpec?: Pairs;
  readonly qosSpec?: Pairs;
  readonly ownerUser?: string;
  readonly ownerProject?: string;
}

export interface CopyOptions extends VolumeOptions {
  readonly size?: number;
}

/** What may be said of a volume that is made, in whichever way. */
export const withVolumeOptions = (verb: Command): Command =>
  verb
    .option('--name <name>', 'its name')
    .option('--description <text>', 'its description')
    .option('--id <uuid>', 'its id, instead of a new one')
    .option('--pool-name <pool>', "the backend's pool to put it in")
    .option('--bootable', 'it holds a system')
    .option('--multiattach', 'several hosts may be connected at once')
    .option('--availability-zone <zone>', 'its availability zone')
    .option('--host <host>', "Cinder's host@backend#pool")
    .option('--metadata <key=value>', 'metadata (repeatable)', pairsOf('--metadata'))
    .option('--extra-spec <key=value>', 'extra specs for the driver (repeatable)', pairsOf('--extra-spec'))
    .option('--qos-spec <key=value>', 'QoS specs for the driver (repeatable)', pairsOf('--qos-spec'))
    .option('--owner-user <name>', 'whose it is, unless the user of the command')
    .option('--owner-project <name>', 'the project it belongs to, unless that of the command');

export const withCopyOptions = (verb: Command): Command =>
  withVolumeOptions(verb.option('--size <size>', `a larger size, in ${SIZE_FORMS}`, sizeOf));

/** The options under the names that the commands have for them. */
export const volumeAttributes = (options: VolumeOptions) =>
  given({
    id: options.id,
    name: options.name,
    description: options.description,
    pool_name: options.poolName,
    bootable: options.bootable,
    multiattach: options.multiattach,
    availability_zone: options.availabilityZone,
    host: options.host,
    metadata: options.metadata,
    extra_specs: options.extraSpec,
    qos_specs: options.qosSpec,
    user_id: options.ownerUser,
    project_id: options.ownerProject,
  });

export const copyAttributes = (options: CopyOptions) => ({
  ...volumeAttributes(options),
  ...given({ size: options.size }),
});
