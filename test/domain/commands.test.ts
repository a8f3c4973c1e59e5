import { describe, expect, it } from 'vitest';
import { childOperations, operations } from '../../src/commands/operations.ts';
import type { CommandDefinition } from '../../src/domain/decision.ts';

const LONE_SURROGATE = '\ud800';

const ID = '0b3f1f0e-6c5a-4a5e-9d0c-5f4b1f6c2a01';
const of = { volume_id: ID };
const connection = { ...of, connection_id: ID };
const attributes = {
  name: 'mail',
  description: 'north',
  bootable: true,
  multiattach: false,
  pool_name: 'pool',
  availability_zone: 'az',
  host: 'h@b#p',
  metadata: { a: 'b' },
  extra_specs: { a: 'b' },
  qos_specs: { a: 'b' },
  user_id: 'ada',
  project_id: 'mail',
};
const attachment = { attach_mode: 'ro', attached_host: 'vm', instance_uuid: 'i', mountpoint: '/mnt' };

/** Each command's smallest input, and what may be said besides. */
const examples: Record<string, readonly [required: Record<string, unknown>, optional?: Record<string, unknown>]> = {
  AddBackend: [
    { name: 'lava', driver: 'file' },
    { options: { directory: '/srv' }, hosts: ['storage-1'] },
  ],
  ChangeBackend: [{ name: 'lava' }, { options: { directory: null }, hosts: ['storage-1'] }],
  RemoveBackend: [{ name: 'lava' }],
  RefreshBackendStats: [{ name: 'lava' }],
  FreezeBackend: [{ name: 'lava' }],
  ThawBackend: [{ name: 'lava' }],
  CreateVolume: [{ id: ID, backend: 'lava', size: 10 }, attributes],
  DeleteResource: [{ name: 'lava', reference: 'found.img' }],
  AdoptVolume: [{ id: ID, backend: 'lava', reference: 'found.img' }, attributes],
  ForgetVolume: [of, { force: true }],
  ResetVolumeStatus: [{ ...of, status: 'available' }],
  ResetSnapshotStatus: [{ ...of, snapshot_id: ID, status: 'error' }],
  DeleteVolume: [of],
  ExtendVolume: [{ ...of, size: 20 }],
  RenameVolume: [{ ...of, name: 'mail' }, { description: null }],
  SetVolumeMetadata: [{ ...of, metadata: { a: 'b', c: null } }],
  CloneVolume: [
    { ...of, id: ID },
    { ...attributes, size: 10 },
  ],
  CreateVolumeFromSnapshot: [
    { ...of, id: ID, snapshot_id: ID },
    { ...attributes, size: 10 },
  ],
  CreateVolumeFromSource: [of],
  CreateSnapshot: [
    { ...of, id: ID },
    { name: 'n', description: 'd', metadata: {}, user_id: 'ada', project_id: 'mail' },
  ],
  DeleteSnapshot: [{ ...of, snapshot_id: ID }],
  RevertToSnapshot: [{ ...of, snapshot_id: ID }],
  ConnectVolume: [{ ...of, id: ID, connector: { host: 'a' } }, attachment],
  DisconnectVolume: [connection, { force: true }],
  EnsureVolumeExport: [of],
  AttachVolume: [{ ...of, id: ID }, attachment],
  DetachVolume: [connection, { force: true }],
  AttachDevice: [connection],
  DetachDevice: [connection, { force: true }],
  ReportDevice: [{ ...connection, device: { path: '/dev/sda' } }],
  ReportDetachment: [connection],
  PinSource: [{ ...of, pin_id: ID, snapshot_id: null, for_volume_id: ID }],
  UnpinSource: [{ ...of, pin_id: ID }],
  ShredVolumeSecrets: [of],
  ShowSecrets: [of, { connection_id: ID }],
  SetKeyValue: [{ key: 'a', value: '' }],
  DeleteKeyValue: [{ key: 'a' }],
  SealLog: [{}],
  RotateAuditKey: [{ key_file: '/etc/scoria/audit.key' }],
  AcceptRollback: [{}],
};

const commands: readonly CommandDefinition[] = [...Object.values(operations), ...childOperations].map(
  (operation) => operation.command,
);
const exampleOf = (name: string) => {
  const [required, optional = {}] = examples[name] ?? [{}];
  return { required, optional, all: { ...required, ...optional } };
};

/** Which fields the schema finds fault with. */
const faults = ({ schema }: CommandDefinition, input: unknown): readonly string[] => {
  const parsed = schema.safeParse(input);
  return parsed.success ? [] : [...new Set(parsed.error.issues.map((issue) => String(issue.path[0] ?? '')))];
};

const commandsWith = (...fields: readonly string[]) =>
  commands.flatMap((command) =>
    fields
      .filter((field) => field in exampleOf(command.name).all)
      .map((field) => [command.name, field, command] as const),
  );

describe.each(commands.map((command) => [command.name, command] as const))('%s', (name, command) => {
  const { required, all } = exampleOf(name);

  it('has an example here', () => {
    expect(examples).toHaveProperty(name);
  });

  it('takes its smallest and its fullest input', () => {
    expect(faults(command, required)).toEqual([]);
    expect(faults(command, all)).toEqual([]);
  });

  it('refuses a field that it does not have', () => {
    const parsed = command.schema.safeParse({ ...all, sise: 10 });
    expect(parsed.error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: ['sise'] }]);
  });

  it.each(Object.keys(required))('refuses to be without %s', (field) => {
    const { [field]: _, ...others } = required;
    expect(faults(command, others).length).toBeGreaterThan(0);
  });

  it.each(Object.keys(all).filter((field) => typeof all[field] === 'string'))(
    'refuses half a character in %s',
    (field) => {
      expect(faults(command, { ...all, [field]: `a${LONE_SURROGATE}` })).toEqual([field]);
      expect(faults(command, { ...all, [field]: 7 })).toEqual([field]);
    },
  );

  const isMapping = (value: unknown) => value !== null && typeof value === 'object' && !Array.isArray(value);

  it.each(Object.keys(all).filter((field) => isMapping(all[field])))(
    'refuses what is not an object of well-formed text in %s',
    (field) => {
      expect(faults(command, { ...all, [field]: { path: 'p', a: LONE_SURROGATE } })).toContain(field);
      expect(faults(command, { ...all, [field]: { path: 'p', [LONE_SURROGATE]: 'a' } })).toContain(field);
      expect(faults(command, { ...all, [field]: ['a'] })).toContain(field);
      expect(faults(command, { ...all, [field]: 'a' })).toContain(field);
    },
  );

  it.each([null, [], 'text', 7])('refuses %j', (input) => {
    expect(faults(command, input)).toEqual(['']);
  });
});

describe.each(commandsWith('hosts'))('%s', (name, field, command) => {
  const { all } = exampleOf(name);

  it.each([
    ['half a character', [`a${LONE_SURROGATE}`]],
    ['a path', ['a/b']],
    ['no text', ['']],
    ['a number', [7]],
  ])('refuses %s as a host', (_, hosts) => {
    expect(faults(command, { ...all, [field]: hosts })).toEqual([field]);
  });

  it('refuses a host that is named twice, and what is no list', () => {
    expect(faults(command, { ...all, [field]: ['a', 'a'] })).toEqual([field]);
    expect(faults(command, { ...all, [field]: 'a' })).toEqual([field]);
  });

  it('takes none: any host may execute', () => {
    expect(faults(command, { ...all, [field]: [] })).toEqual([]);
  });
});

describe.each(commandsWith('size'))('%s', (name, field, command) => {
  const { all } = exampleOf(name);

  it.each([0, -1, 1.5, '10', Number.NaN, Number.POSITIVE_INFINITY, 8_388_609, 2 ** 53, 1e300, 10n, null, true, [10]])(
    'refuses the size %s',
    (size) => {
      expect(faults(command, { ...all, [field]: size })).toEqual([field]);
    },
  );

  it.each([1, 8_388_608])('takes the size %s', (size) => {
    expect(faults(command, { ...all, [field]: size })).toEqual([]);
  });
});

describe.each(commandsWith('id', 'volume_id', 'snapshot_id', 'connection_id', 'for_volume_id'))(
  '%s: %s',
  (name, field, command) => {
    const { all } = exampleOf(name);

    it.each([
      '',
      '.',
      '..',
      '../etc/passwd',
      'a/b',
      'a\\b',
      '/a',
      '-rf',
      '_a',
      'a b',
      'a\n',
      'a\u0000',
      'é',
      '$(reboot)',
      'a;b',
      'a'.repeat(201),
      'constructor',
      'toString',
      '__proto__',
    ])('refuses %j', (id) => {
      expect(faults(command, { ...all, [field]: id })).toContain(field);
    });

    it.each(['a', '7', 'a.b-c_D', 'a..b', 'a'.repeat(200)])('takes %j', (id) => {
      expect(faults(command, { ...all, [field]: id })).toEqual([]);
    });
  },
);

describe.each(commandsWith('name').filter(([name]) => name.endsWith('Backend') || name.endsWith('Stats')))(
  '%s',
  (name, field, command) => {
    it.each(['', '..', 'a/b', 'a b', 'a'.repeat(256)])('refuses the backend name %j', (backend) => {
      expect(faults(command, { ...exampleOf(name).all, [field]: backend })).toContain(field);
    });
  },
);

describe('texts', () => {
  const create = (said: Record<string, unknown>) => {
    const { command } = operations.CreateVolume;
    return faults(command, { ...exampleOf('CreateVolume').required, ...said });
  };

  it('may be long where Cinder allows it, and no longer', () => {
    expect(create({ name: 'n'.repeat(255), metadata: { [`k${'k'.repeat(254)}`]: 'v'.repeat(255) } })).toEqual([]);
    expect(create({ name: 'n'.repeat(256) })).toEqual(['name']);
    expect(create({ metadata: { k: 'v'.repeat(256) } })).toEqual(['metadata']);
    expect(create({ metadata: { ['k'.repeat(256)]: 'v' } })).toEqual(['metadata']);
    expect(create({ metadata: { '': 'v' } })).toEqual(['metadata']);
    expect(create({ metadata: { k: 7 } })).toEqual(['metadata']);
    expect(create({ user_id: '', project_id: '' })).toEqual(['user_id', 'project_id']);
  });

  it('may be any whole character', () => {
    expect(create({ name: '🌋 \u0000 \u202e é', description: '' })).toEqual([]);
  });
});

describe('single rules', () => {
  it.each([
    ['RenameVolume', of, ''],
    ['ConnectVolume', { ...of, id: ID, connector: { host: 'a' }, attach_mode: 'rx' }, 'attach_mode'],
    ['ConnectVolume', { ...of, id: ID, connector: { ratio: 1.5 } }, 'connector'],
    ['ConnectVolume', { ...of, id: ID, connector: { when: new Date(0) } }, 'connector'],
    ['ReportDevice', { ...connection, device: {} }, 'device'],
    ['ReportDevice', { ...connection, device: { path: '' } }, 'device'],
    ['DetachVolume', { ...connection, force: 'yes' }, 'force'],
    ['SetKeyValue', { key: '', value: 'v' }, 'key'],
    ['SetKeyValue', { key: 'k'.repeat(256), value: 'v' }, 'key'],
    ['AddBackend', { name: 'lava', driver: '' }, 'driver'],
  ])('%s refuses %j', (name, input, field) => {
    const command = commands.find((candidate) => candidate.name === name);
    if (command === undefined) throw new TypeError(`no command ${name}`);
    expect(faults(command, input)).toContain(field);
  });
});
