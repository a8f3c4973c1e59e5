import type { Command } from 'commander';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { type ConnectionOptions, connectionAttributes, withConnectionOptions } from '../connection-options.ts';
import { giveExamples } from '../examples.ts';
import { readJsonObject } from '../files.ts';
import { connectionId, volumeId } from '../find.ts';
import { handedConnectionVerbs } from '../handed-connection.ts';
import { reasonToShow, type ShowSecrets, showSecretsOption } from '../show-secrets.ts';
import { CONNECTION_COLUMNS, connectionNow, deleted, did, many, one, withPath } from '../shown.ts';
import { reading, writing } from '../verbs.ts';

const EXAMPLES = {
  create: [
    'scoria connector | scoria connection create data --connector - --id 6b1f7a52-3c0e-4d8b-9c55-0d3f1c1f2a10',
    'scoria connection create archive --connector node2.json --id 0e4c9d1b-57f2-4a36-8a0d-93b1de7c6f21',
  ],
  list: ['scoria connection list', 'scoria connection list data'],
  show: [
    'scoria connection show 6b1f7a52-3c0e-4d8b-9c55-0d3f1c1f2a10',
    "scoria connection show 6b1f7a52-3c0e-4d8b-9c55-0d3f1c1f2a10 --show-secrets --reason 'to attach it by hand'",
  ],
  attach: ['scoria connection attach 6b1f7a52-3c0e-4d8b-9c55-0d3f1c1f2a10'],
  'attach-from': [
    "scoria connection show 6b1f7a52-3c0e-4d8b-9c55-0d3f1c1f2a10 --show-secrets --json --reason 'for node2' | scoria connection attach-from - > device.json",
  ],
  'extend-from': [
    'scoria connection show 6b1f7a52-3c0e-4d8b-9c55-0d3f1c1f2a10 --json | scoria connection extend-from -',
  ],
  'detach-from': [
    'scoria connection show 6b1f7a52-3c0e-4d8b-9c55-0d3f1c1f2a10 --json | scoria connection detach-from -',
  ],
  detach: ['scoria connection detach 6b1f7a52-3c0e-4d8b-9c55-0d3f1c1f2a10'],
  'report-device': ['scoria connection report-device 0e4c9d1b-57f2-4a36-8a0d-93b1de7c6f21 --path /dev/sdb'],
  'report-detached': ['scoria connection report-detached 0e4c9d1b-57f2-4a36-8a0d-93b1de7c6f21'],
  delete: [
    'scoria connection delete 6b1f7a52-3c0e-4d8b-9c55-0d3f1c1f2a10',
    "scoria connection delete 0e4c9d1b-57f2-4a36-8a0d-93b1de7c6f21 --force --reason 'the host is gone'",
  ],
};

type One = readonly [string];

export const verbs = (group: Command): void => {
  making(group);
  reads(group);
  devices(group);
  handedConnectionVerbs(group);
  giveExamples(group, EXAMPLES);
};

const making = (group: Command): void => {
  withConnectionOptions(
    group
      .command('create <volume>')
      .description('export a volume and connect a host to it')
      .requiredOption('--connector <file>', "JSON file of the host's connector properties, - for standard input"),
  ).action(
    writing<ConnectionOptions & { connector: string }, One>(async (session, [volume], options) => {
      const connector = await readJsonObject('connector', options.connector);
      const volume_id = await volumeId(session, volume);
      const attributes = connectionAttributes(options);
      const id = await session.give({ type: 'ConnectVolume', volume_id, connector, ...attributes });
      return did('connection', await connectionNow(session, { volume_id, id }));
    }),
  );
  group
    .command('delete <connection>')
    .description('disconnect the host')
    .option('--force', 'go on past errors, and record them; give --reason')
    .action(
      writing<{ force?: boolean }, One>(async (session, [connection], { force = false }) => {
        const { volume_id, id } = await connectionId(session, connection);
        await session.give({ type: 'DisconnectVolume', volume_id, connection_id: id, force });
        return deleted('connection', id);
      }),
    );
};

const reads = (group: Command): void => {
  group
    .command('list [volume]')
    .description('the connections, or those of a volume')
    .action(
      reading<object, readonly [string?]>((view, [volume]) => {
        const id = volume === undefined ? undefined : view.volume(volume).id;
        return many(view.connections(id).map(withPath), CONNECTION_COLUMNS);
      }),
    );
  group
    .command('show <connection>')
    .description('a connection, and what its host needs to reach the volume')
    .addOption(showSecretsOption())
    .action(
      reading<ShowSecrets, One>(async (view, [connection], options, session) => {
        const reason = reasonToShow(options);
        const document = view.connection(connection);
        if (reason === null) return one(withPath(document));
        const found = await session.engine.connection(document.id);
        return one(withPath(await found.showSecrets({ ...session.context, reason })));
      }),
    );
};

const devices = (group: Command): void => {
  group
    .command('attach <connection>')
    .description('attach the device on this host')
    .action(
      writing<object, One>(async (session, [connection]) => {
        const { volume_id, id } = await connectionId(session, connection);
        await session.give({ type: 'AttachDevice', volume_id, connection_id: id });
        return did('connection', await connectionNow(session, { volume_id, id }));
      }),
    );
  group
    .command('detach <connection>')
    .description('detach the device from this host, which stays connected')
    .option('--force', 'go on past errors, and record them; give --reason')
    .action(
      writing<{ force?: boolean }, One>(async (session, [connection], { force = false }) => {
        const { volume_id, id } = await connectionId(session, connection);
        await session.give({ type: 'DetachDevice', volume_id, connection_id: id, force });
        return did('connection', await connectionNow(session, { volume_id, id }));
      }),
    );
  group
    .command('report-device <connection>')
    .description('record the device that another host attached')
    .option('--path <path>', 'the path of the device there')
    .option('--device <file>', "JSON file of the device in os-brick's shape, - for standard input")
    .action(
      writing<{ path?: string; device?: string }, One>(async (session, [connection], options) => {
        const device = await deviceOf(options);
        const { volume_id, id } = await connectionId(session, connection);
        await session.give({ type: 'ReportDevice', volume_id, connection_id: id, device });
        return did('connection', await connectionNow(session, { volume_id, id }));
      }),
    );
  group
    .command('report-detached <connection>')
    .description('record that the device is gone from the other host')
    .action(
      writing<object, One>(async (session, [connection]) => {
        const { volume_id, id } = await connectionId(session, connection);
        await session.give({ type: 'ReportDetachment', volume_id, connection_id: id });
        return did('connection', await connectionNow(session, { volume_id, id }));
      }),
    );
};

const deviceOf = async ({ path, device }: { path?: string; device?: string }): Promise<JsonObject> => {
  const rest = device === undefined ? {} : await readJsonObject('device', device);
  if (path === undefined && device === undefined) {
    throw new ScoriaError(rejections.InvalidInput('there is no device to report', 'give --path, --device or both'));
  }
  return path === undefined ? rest : { ...rest, path };
};
