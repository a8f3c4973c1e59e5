import * as E from 'fp-ts/lib/Either.js';
import { v7 as uuid7 } from 'uuid';
import { type CommandMeta, EMPTY_STREAM, type StreamHead, seal } from '../../src/commands/envelope.ts';
import { BackendAdded, BackendAdditionRequested } from '../../src/domain/backend/add.ts';
import { type BackendStats, backendStream } from '../../src/domain/backend/backend.ts';
import type { NewEvent, StoredEvent } from '../../src/domain/event.ts';
import { ConnectionInitializationRequested, ConnectionInitialized } from '../../src/domain/volume/connect.ts';
import { VolumeCreated, VolumeCreationRequested } from '../../src/domain/volume/create.ts';
import { SnapshotCreated, SnapshotCreationRequested } from '../../src/domain/volume/snapshot-create.ts';
import { type Volume, volumeStream } from '../../src/domain/volume/volume.ts';
import type { EventLog } from '../../src/eventlog/port.ts';

export const GIB = 1024 ** 3;

export const stats = (free_gib: number): BackendStats => ({
  volume_backend_name: 'lvm',
  vendor_name: 'Test',
  driver_version: '1.0',
  storage_protocol: 'file',
  pools: [
    {
      pool_name: 'pool',
      total_capacity_bytes: 100 * GIB,
      free_capacity_bytes: free_gib * GIB,
      provisioned_capacity_bytes: 0,
      reserved_percentage: 0,
      max_over_subscription_ratio: '20.0',
      thin_provisioning_support: true,
      thick_provisioning_support: false,
      multiattach: false,
    },
  ],
});

type Planned = Omit<
  Volume,
  | 'status'
  | 'attach_status'
  | 'created_at'
  | 'provider_location'
  | 'provider_id'
  | 'provider_auth'
  | 'replication_status'
>;

export const planned = (id: string, change: Partial<Planned> = {}): Planned => ({
  id,
  name: null,
  description: null,
  size: 10,
  bootable: false,
  multiattach: false,
  backend_name: 'lvm',
  pool_name: null,
  availability_zone: null,
  host: null,
  metadata: {},
  extra_specs: {},
  qos_specs: {},
  user_id: 'ada',
  project_id: 'compute',
  snapshot_id: null,
  source_volid: null,
  ...change,
});

export type Fact = NewEvent<string, unknown>;

/** Writes events as commands do, on a clock that goes on a second per command unless it is set. */
export class Recording {
  readonly log: EventLog;
  readonly #heads = new Map<string, StreamHead>();
  #now = Date.parse('2026-11-20T14:00:00.000Z');

  constructor(log: EventLog) {
    this.log = log;
  }

  setClock(time: string): void {
    this.#now = Date.parse(time);
  }

  async add(stream: string, events: readonly Fact[], meta: Partial<CommandMeta> = {}): Promise<readonly StoredEvent[]> {
    const [first, ...rest] = events as [Fact, ...Fact[]];
    const head = this.#heads.get(stream) ?? EMPTY_STREAM;
    const commandId = meta.commandId ?? uuid7();
    const command: CommandMeta & { causationId: string } = {
      actor: { user: 'ada', project: 'compute' },
      command: 'Test',
      commandId,
      commandDigest: '0'.repeat(64),
      correlationId: commandId,
      causationId: commandId,
      ...meta,
    };
    const now = new Date(this.#now);
    this.#now += 1_000;
    const author = { executor: 'host/1/test', now: () => now };
    const result = await this.log.append(seal(stream, head, [first, ...rest], command, author));
    if (E.isLeft(result)) throw new Error(`${stream} stands at ${result.left.actual}`);
    const last = result.right.at(-1) as StoredEvent;
    this.#heads.set(stream, { revision: last.revision, hash: last.hash });
    return result.right;
  }

  backend(name = 'lvm') {
    const backend = { name, driver: 'file', options: { directory: '/srv', count: 3 }, capabilities: [] };
    const events = [BackendAdditionRequested.of({ backend }), BackendAdded.of({ stats: stats(90) })];
    return this.add(backendStream(name), events, { command: 'AddBackend' });
  }

  volume(id: string, change: Partial<Planned> = {}) {
    const events = [VolumeCreationRequested.of({ volume: planned(id, change) }), VolumeCreated.of({})];
    return this.add(volumeStream(id), events, { command: 'CreateVolume', reason: 'ticket 7' });
  }

  snapshot(volume_id: string, id: string) {
    const snapshot = {
      id,
      volume_id,
      name: 'monday',
      description: null,
      volume_size: 10,
      metadata: {},
      user_id: 'ada',
      project_id: 'compute',
    };
    const events = [SnapshotCreationRequested.of({ snapshot }), SnapshotCreated.of({ snapshot_id: id })];
    return this.add(volumeStream(volume_id), events, { command: 'CreateSnapshot' });
  }

  connection(volume_id: string, id: string) {
    const connection = {
      id,
      volume_id,
      connector: { host: 'node7', initiator: 'iqn.2026-11.test:node7' },
      attach_mode: 'rw' as const,
      attached_host: null,
      instance_uuid: null,
      mountpoint: null,
    };
    const connection_info = { driver_volume_type: 'iscsi', data: { auth_password: SEALED, target_lun: 1 } };
    const events = [
      ConnectionInitializationRequested.of({ connection }),
      ConnectionInitialized.of({ connection_id: id, connection_info }),
    ];
    return this.add(volumeStream(volume_id), events, { command: 'ConnectVolume' });
  }
}

const SEALED = {
  sealed: {
    v: 1 as const,
    key: 'key-1',
    command: 'command-1',
    path: '/connection_info/data/auth_password',
    iv: 'q83vEjRWeJCrze8S',
    tag: 'AAECAwQFBgcICQoLDA0ODw==',
    ciphertext: 'Y2hhcC1zZWNyZXQ=',
  },
};

export const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
};
