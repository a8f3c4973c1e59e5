import fc from 'fast-check';
import { isRight } from 'fp-ts/lib/Either.js';
import {
  type Command,
  type CommandContext,
  type CommandName,
  createEngine,
  type Engine,
  memoryArray,
  silentLogger,
} from '../../src/index.ts';
import { assertNoCanary, assertNothingDone, kindOf } from '../cli/judge.ts';
import type { Corpus } from '../corpus/corpus.ts';
import { bytesOf, type Mutated } from '../mutations/contents.ts';
import { json, mutatedDocuments } from '../mutations/documents.ts';
import type { Check, Target } from '../target.ts';

const BACKEND = 'lava';
const ids = ['0b3f1f0e-6c5a-4a5e-9d0c-5f4b1f6c2a01', '1c4f2f1e-6c5a-4a5e-9d0c-5f4b1f6c2a02'] as const;
const [volume_id, other_id] = ids;
const snapshot_id = '2d5f3f2e-6c5a-4a5e-9d0c-5f4b1f6c2a03';
const connection_id = '3e6f4f3e-6c5a-4a5e-9d0c-5f4b1f6c2a04';
const id = '4f7f5f4e-6c5a-4a5e-9d0c-5f4b1f6c2a05';
const connector = { host: 'node7', ip: '192.0.2.7', initiator: 'iqn.2026-11.org.example:node7' };
const connection = { volume_id, connection_id };

/** Nothing that an input waits for will come. */
const QUICK = { busyTimeoutMs: 100, reconcileTimeoutMs: 50, drainTimeoutMs: 200 };

/** What is there before each input. */
const BEFORE: readonly Command[] = [
  { type: 'AddBackend', name: BACKEND, driver: 'memory', options: { array: BACKEND, use_chap_auth: true } },
  { type: 'AddBackend', name: 'spare', driver: 'memory' },
  { type: 'CreateVolume', backend: BACKEND, id: volume_id, size: 2, name: 'data', multiattach: true },
  { type: 'CreateVolume', backend: BACKEND, id: other_id, size: 1 },
  { type: 'CreateSnapshot', volume_id, id: snapshot_id },
  { type: 'ConnectVolume', volume_id, id: connection_id, connector },
  { type: 'SetKeyValue', key: 'node7', value: '{}' },
];

const attributes = { name: 'mail', description: 'north', bootable: true, metadata: { a: 'b' }, qos_specs: { a: 'b' } };

const COMMANDS: readonly { readonly type: CommandName; readonly [field: string]: unknown }[] = [
  { type: 'AddBackend', name: 'more', driver: 'memory', options: { password: { env: 'FUZZ_ARRAY_PASSWORD' } } },
  { type: 'ChangeBackend', name: BACKEND, options: { reserved_percentage: 10 } },
  { type: 'RemoveBackend', name: 'spare' },
  { type: 'RefreshBackendStats', name: BACKEND },
  { type: 'FreezeBackend', name: BACKEND },
  { type: 'ThawBackend', name: BACKEND },
  { type: 'CreateVolume', backend: BACKEND, id, size: 3, ...attributes },
  { type: 'DeleteVolume', volume_id: other_id },
  { type: 'ExtendVolume', volume_id: other_id, size: 5 },
  { type: 'RenameVolume', volume_id, name: 'mail', description: null },
  { type: 'SetVolumeMetadata', volume_id, metadata: { a: 'b', c: null } },
  { type: 'CloneVolume', volume_id, id, size: 4, ...attributes },
  { type: 'CreateVolumeFromSnapshot', volume_id, snapshot_id, id },
  { type: 'CreateSnapshot', volume_id, id, name: 'n', metadata: {} },
  { type: 'DeleteSnapshot', volume_id, snapshot_id },
  { type: 'RevertToSnapshot', volume_id, snapshot_id },
  { type: 'ConnectVolume', volume_id, id, connector: { ...connector, host: 'node8' }, attach_mode: 'ro' },
  { type: 'DisconnectVolume', ...connection, force: true },
  { type: 'EnsureVolumeExport', volume_id },
  { type: 'AttachVolume', volume_id: other_id, id, attached_host: 'vm', mountpoint: '/mnt' },
  { type: 'DetachVolume', ...connection, force: true },
  { type: 'AttachDevice', ...connection },
  { type: 'DetachDevice', ...connection },
  { type: 'ReportDevice', ...connection, device: { path: '/dev/sdb', type: 'block' } },
  { type: 'ReportDetachment', ...connection },
  { type: 'ShredVolumeSecrets', volume_id },
  { type: 'ShowSecrets', volume_id, connection_id },
  { type: 'SetKeyValue', key: 'node8', value: 'x' },
  { type: 'DeleteKeyValue', key: 'node7' },
  { type: 'SealLog' },
  { type: 'RotateAuditKey', key_file: 'missing.key' },
  { type: 'AcceptRollback' },
];

const CONTEXT: CommandContext = {
  commandId: '5a8f6f5e-6c5a-4a5e-9d0c-5f4b1f6c2a06',
  actor: { user: 'bob', project: 'mail' },
  reason: 'ticket 4711',
  correlationId: '6b9f7f6e-6c5a-4a5e-9d0c-5f4b1f6c2a07',
};

/** What JSON does not have, and a program may hand over nevertheless; inserted by name. */
const ODD: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  nan: () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  bigint: () => 10n,
  symbol: () => Symbol('odd'),
  function: () => () => 'odd',
  date: () => new Date(0),
  invalidDate: () => new Date(Number.NaN),
  map: () => new Map([['a', 1]]),
  bytes: () => new Uint8Array(4),
  sparse: () => new Array(3),
  cyclic: () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    return cyclic;
  },
};

interface Given extends Mutated {
  /** The field of the command that gets the odd value, if any does. */
  readonly odd: readonly [field: number, name: string] | null;
}

const inputs = (): fc.Arbitrary<Given> => {
  const bases = COMMANDS.flatMap((command) =>
    [{}, {}, CONTEXT].map((context) => ({ name: command.type, text: JSON.stringify({ command, context }) })),
  );
  const odd = fc.oneof(
    { weight: 9, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.tuple(fc.nat({ max: 9 }), fc.constantFrom(...Object.keys(ODD))) },
  );
  return fc.tuple(mutatedDocuments(bases, json, null), odd).map(([mutated, value]) => ({ ...mutated, odd: value }));
};

const withOdd = (command: object, odd: Given['odd']): object => {
  if (odd === null) return command;
  const fields = Object.keys(command);
  return { ...command, [fields[odd[0] % fields.length] ?? 'x']: ODD[odd[1]]?.() };
};

interface Parsed {
  readonly command: Command;
  readonly context: CommandContext;
}

/** What is given, where it is an object at all: `execute` takes objects. */
const parsed = ({ contents, odd }: Given): Parsed | null => {
  try {
    const { command, context } = JSON.parse(bytesOf(contents).toString());
    if (typeof command !== 'object' || command === null) return null;
    return { command: withOdd(command, odd) as Command, context };
  } catch {
    return null;
  }
};

/** An engine with what is there before; made anew when an input has changed it. */
class House {
  #engine: Engine | null = null;
  #head = 0n;

  async open(): Promise<Engine> {
    if (this.#engine !== null && (await this.head()) === this.#head) return this.#engine;
    await this.#engine?.close();
    for (const name of [BACKEND, 'spare', 'more']) memoryArray(name).reset();
    const engine = await createEngine({ ...QUICK, log: ':memory:', user: 'ada', logger: silentLogger });
    for (const command of BEFORE) {
      const outcome = await engine.execute(command);
      if (!isRight(outcome)) throw new Error(`${command.type}: ${outcome.left.message}`);
    }
    this.#engine = engine;
    this.#head = await this.head();
    return engine;
  }

  async head(): Promise<bigint> {
    return (await this.#engine?.view())?.position ?? 0n;
  }

  /** The types of the events of the last input. */
  async typesSince(): Promise<readonly string[]> {
    const view = await this.#engine?.view();
    return view === undefined
      ? []
      : (await Array.fromAsync(view.events({ after: this.#head }))).map(({ type }) => type);
  }
}

/** Whatever is recorded can be brought into another log. */
const assertLoadable = async (engine: Engine): Promise<void> => {
  const exported = (await Array.fromAsync((await engine.view()).exportEvents())).join('');
  await using other = await createEngine({ log: ':memory:', logger: silentLogger });
  await other.load(exported);
};

const open = async (corpus: Corpus): Promise<Check<Given>> => {
  const house = new House();
  return async (given) => {
    const input = parsed(given);
    if (input === null) return 'not given';
    const engine = await house.open();
    const outcome = await engine.execute(input.command, input.context);
    const said = JSON.stringify(isRight(outcome) ? outcome.right.state : outcome.left);
    assertNoCanary('the outcome', said, corpus.manifest.canaries);
    if (isRight(outcome)) {
      await assertLoadable(engine);
      return 'accepted';
    }
    const { code } = outcome.left;
    kindOf(code);
    assertNothingDone(code, await house.typesSince());
    return code;
  };
};

export const commands: Target<Given> = { name: 'commands', share: 160, inputs, open };
