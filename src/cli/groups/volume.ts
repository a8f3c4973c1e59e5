import { Argument, type Command } from 'commander';
import { given, pairsFrom } from '../arguments.ts';
import { type ConnectionOptions, connectionAttributes, withConnectionOptions } from '../connection-options.ts';
import { giveExamples } from '../examples.ts';
import { volumeId } from '../find.ts';
import { reasonToShow, type ShowSecrets, showSecretsOption } from '../show-secrets.ts';
import { asDocument, connectionNow, deleted, did, many, one, VOLUME_COLUMNS, volumeNow } from '../shown.ts';
import { SIZE_FORMS, sizeOf } from '../size.ts';
import { reading, writing } from '../verbs.ts';
import {
  type CopyOptions,
  copyAttributes,
  type VolumeOptions,
  volumeAttributes,
  withCopyOptions,
  withVolumeOptions,
} from '../volume-options.ts';
import { MENDING_EXAMPLES, mending } from './volume-mending.ts';

const EXAMPLES = {
  create: [
    "scoria volume create store 10 --name data --reason 'ticket 4711'",
    'scoria volume create store 20GiB --name archive --metadata tier=cold',
  ],
  clone: ['scoria volume clone data --name copy', 'scoria volume clone data --name larger-copy --size 20GiB'],
  list: ['scoria volume list --backend store', "scoria volume list --at '1 hour ago' --json"],
  show: ['scoria volume show data', "scoria volume show data --show-secrets --reason 'ticket 4711'"],
  extend: ["scoria volume extend data 20GiB --reason 'the table space is full'"],
  rename: ['scoria volume rename copy old-copy', "scoria volume rename data --description 'of the database'"],
  delete: ["scoria volume delete old-copy --reason 'no longer needed'"],
  'metadata set': ['scoria volume metadata set data tier=hot owner=web'],
  'metadata unset': ['scoria volume metadata unset data owner'],
  attach: ['scoria volume attach data', 'scoria volume attach data --mode ro --json'],
  detach: ['scoria volume detach data'],
  ...MENDING_EXAMPLES,
  'shred-secrets': ["scoria volume shred-secrets data --reason 'the array was taken over'"],
};

type One = readonly [string];

const sizeArgument = (): Argument => new Argument('<size>', `in ${SIZE_FORMS}`).argParser(sizeOf);

export const verbs = (group: Command): void => {
  making(group);
  reads(group);
  changing(group);
  metadata(group.command('metadata').description("a volume's metadata"));
  attaching(group);
  secrets(group);
  mending(group);
  giveExamples(group, EXAMPLES);
};

const making = (group: Command): void => {
  withVolumeOptions(group.command('create <backend>').addArgument(sizeArgument()).description('a new volume')).action(
    writing<VolumeOptions, readonly [string, number]>(async (session, [backend, size], options) => {
      const attributes = volumeAttributes(options);
      const id = await session.give({ type: 'CreateVolume', backend, size, ...attributes });
      return did('volume', await volumeNow(session, id));
    }),
  );
  withCopyOptions(group.command('clone <volume>').description("a new volume with another's bytes")).action(
    writing<CopyOptions, One>(async (session, [volume], options) => {
      const volume_id = await volumeId(session, volume);
      const id = await session.give({ type: 'CloneVolume', volume_id, ...copyAttributes(options) });
      return did('volume', await volumeNow(session, id));
    }),
  );
};

const reads = (group: Command): void => {
  group
    .command('list')
    .description('the volumes that are not deleted')
    .option('--backend <name>', 'those of a backend')
    .option('--name <name>', 'those of a name')
    .action(
      reading<{ backend?: string; name?: string }>((view, _operands, { backend, name }) =>
        many(view.volumes(given({ backend, name })).map(asDocument), VOLUME_COLUMNS),
      ),
    );
  group
    .command('show <volume>')
    .description('a volume, its snapshots and its connections')
    .addOption(showSecretsOption())
    .action(
      reading<ShowSecrets, One>(async (view, [volume], options, session) => {
        const reason = reasonToShow(options);
        const document = view.volume(volume);
        if (reason === null) return one(asDocument(document));
        const found = await session.engine.volume(document.id);
        return one(asDocument(await found.showSecrets({ ...session.context, reason })));
      }),
    );
};

const changing = (group: Command): void => {
  group
    .command('extend <volume>')
    .addArgument(sizeArgument())
    .description('grow a volume to a size, also while it is attached where the driver can')
    .action(
      writing<object, readonly [string, number]>(async (session, [volume, size]) => {
        const volume_id = await volumeId(session, volume);
        await session.give({ type: 'ExtendVolume', volume_id, size });
        return did('volume', await volumeNow(session, volume_id));
      }),
    );
  group
    .command('rename <volume> [name]')
    .description('give it another name, a description or both; an empty one takes it away')
    .option('--description <text>', 'its description')
    .action(
      writing<{ description?: string }, readonly [string, string?]>(
        async (session, [volume, name], { description }) => {
          const volume_id = await volumeId(session, volume);
          const change = given({ name: orNull(name), description: orNull(description) });
          await session.give({ type: 'RenameVolume', volume_id, ...change });
          return did('volume', await volumeNow(session, volume_id));
        },
      ),
    );
  group
    .command('delete <volume>')
    .description('delete a volume that has no snapshots and no connections')
    .action(
      writing<object, One>(async (session, [volume]) => {
        const volume_id = await volumeId(session, volume);
        await session.give({ type: 'DeleteVolume', volume_id });
        return deleted('volume', volume_id);
      }),
    );
};

const secrets = (group: Command): void => {
  group
    .command('shred-secrets <volume>')
    .description('destroy the keys of its credentials, also of a deleted volume; give --reason')
    .action(
      writing<object, One>(async (session, [volume]) => {
        const volume_id = await volumeId(session, volume);
        await session.give({ type: 'ShredVolumeSecrets', volume_id });
        return { json: { id: volume_id, secrets: 'shredded' }, text: () => `volume ${volume_id}: secrets shredded` };
      }),
    );
};

const orNull = (text: string | undefined): string | null | undefined => (text === '' ? null : text);

const metadata = (group: Command): void => {
  group
    .command('set <volume> <key=value...>')
    .description('set these keys; the others stay')
    .action(
      writing<object, readonly [string, readonly string[]]>(async (session, [volume, pairs]) => {
        const volume_id = await volumeId(session, volume);
        const change = pairsFrom(pairs);
        await session.give({ type: 'SetVolumeMetadata', volume_id, metadata: change });
        return did('volume', await volumeNow(session, volume_id));
      }),
    );
  group
    .command('unset <volume> <key...>')
    .description('take these keys away')
    .action(
      writing<object, readonly [string, readonly string[]]>(async (session, [volume, keys]) => {
        const volume_id = await volumeId(session, volume);
        const change = Object.fromEntries(keys.map((key) => [key, null]));
        await session.give({ type: 'SetVolumeMetadata', volume_id, metadata: change });
        return did('volume', await volumeNow(session, volume_id));
      }),
    );
};

const attaching = (group: Command): void => {
  withConnectionOptions(
    group.command('attach <volume>').description('connect this host and attach the device here'),
  ).action(
    writing<ConnectionOptions, One>(async (session, [volume], options) => {
      const volume_id = await volumeId(session, volume);
      const id = await session.give({ type: 'AttachVolume', volume_id, ...connectionAttributes(options) });
      return did('connection', await connectionNow(session, { volume_id, id }));
    }),
  );
  group
    .command('detach <volume>')
    .description('detach what is attached on this host, and disconnect it')
    .option('--force', 'go on past errors, and record them; give --reason')
    .action(
      writing<{ force?: boolean }, One>(async (session, [volume], { force = false }) => {
        const found = await session.engine.volume(await volumeId(session, volume));
        await found.detach({ force }, session.context);
        return did('volume', await volumeNow(session, found.id));
      }),
    );
};
