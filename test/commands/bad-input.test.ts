import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { type Command, type Engine, type Json, type JsonObject, ScoriaError } from '../../src/index.ts';
import { type EngineOnArray, engineOnArray, openEngine } from '../support/engine.ts';

const volumeOn = async (options: Parameters<typeof engineOnArray>[0] = {}) => {
  const on = await engineOnArray(options);
  return { ...on, volume: await on.backend.createVolume({ size: 2 }) };
};

const executed = async (engine: Engine, command: object): Promise<never> => {
  const outcome = await engine.execute(command as Command);
  throw E.isLeft(outcome) ? new ScoriaError(outcome.left) : new Error('it was executed');
};

const nested = (depth: number): JsonObject =>
  Array.from({ length: depth }).reduce<JsonObject>((inner) => ({ inner }), { host: 'node7' });

const cyclic = (): JsonObject => {
  const connector: Record<string, Json> = { host: 'node7' };
  connector.self = connector;
  return connector;
};

/** Each is refused with this code, and with a message that names this. */
const refusals: readonly [string, (on: Awaited<ReturnType<typeof volumeOn>>) => Promise<unknown>, string, RegExp][] = [
  ['a size of zero', ({ backend }) => backend.createVolume({ size: 0 }), 'InvalidInput', /size.*at least 1/],
  ['a negative size', ({ volume }) => volume.extend(-1), 'InvalidInput', /size/],
  ['a fraction of a GiB', ({ backend }) => backend.createVolume({ size: 1.5 }), 'InvalidInput', /whole number/],
  ['text as a size', ({ backend }) => backend.createVolume({ size: 'ten' as never }), 'InvalidInput', /size/],
  ['more than the backend holds', ({ volume }) => volume.extend(5_000_000), 'SizeExceedsBackend', /largest volume/],
  ['a size below the present one', ({ volume }) => volume.extend(1), 'CannotShrink', /above 2 GiB/],
  ['a clone below its source', ({ volume }) => volume.clone({ size: 1 }), 'CannotShrink', /at least 2 GiB/],
  [
    'a misspelt field',
    ({ backend }) => backend.createVolume({ size: 1, nmae: 'x' } as never),
    'InvalidInput',
    /"name"/,
  ],
  [
    'a pool that is not there',
    ({ backend }) => backend.createVolume({ size: 1, pool_name: 'x' }),
    'InvalidInput',
    /pool/,
  ],
  ['an id that is no UUID', ({ backend }) => backend.createVolume({ size: 1, id: 'db' }), 'InvalidInput', /UUID/],
  [
    'an id that is taken',
    ({ backend, volume }) => backend.createVolume({ size: 1, id: volume.id }),
    'AlreadyExists',
    /id/,
  ],
  ['an unknown backend', ({ engine }) => engine.backend('nowhere'), 'BackendNotFound', /nowhere/],
  [
    'an unknown volume',
    ({ engine }) => engine.volume('0197a3c2-5b1e-7000-8000-00000000dead'),
    'VolumeNotFound',
    /dead/,
  ],
  [
    'a command that there is not',
    ({ engine }) => executed(engine, { type: 'CreateVolum' }),
    'InvalidInput',
    /CreateVolum/,
  ],
  [
    'a command of an inherited name',
    ({ engine }) => executed(engine, { type: 'toString' }),
    'InvalidInput',
    /toString/,
  ],
  ['a command without a name', ({ engine }) => executed(engine, { size: 1n }), 'InvalidInput', /type/],
  ['an actor that is no actor', ({ volume }) => volume.extend(3, { actor: 'ada' as never }), 'InvalidInput', /actor/],
  [
    'an actor without a project',
    ({ volume }) => volume.extend(3, { actor: { user: 'ada' } as never }),
    'InvalidInput',
    /project/,
  ],
  ['a reason that is no text', ({ volume }) => volume.extend(3, { reason: 3 as never }), 'InvalidInput', /reason/],
  ['a misspelt context', ({ volume }) => volume.extend(3, { reasno: 'x' } as never), 'InvalidInput', /"reason"/],
  ['a context that is none', ({ volume }) => volume.extend(3, null as never), 'InvalidInput', /context/],
  ['a connector without end', ({ volume }) => volume.connect(cyclic()), 'InvalidInput', /deep/],
  ['a connector that no load would accept', ({ volume }) => volume.connect(nested(300)), 'InvalidInput', /deep/],
  ['a connector beyond the stack', ({ volume }) => volume.connect(nested(20_000)), 'InvalidInput', /deep/],
  ['a host beyond the stack', ({ backend }) => backend.validateConnector(nested(20_000)), 'InvalidConnector', /deep/],
  ['a command id that is no UUID', ({ volume }) => volume.extend(3, { commandId: 'x' }), 'InvalidInput', /command id/],
];

describe('bad input', () => {
  test.each(refusals)('%s is refused, and nothing happens', async (_, give, code, message) => {
    const on = await volumeOn();
    const [position, calls] = [(await on.engine.view()).position, on.array.calls.length];
    const refusal: ScoriaError = await give(on).then(
      () => expect.fail('it was not refused'),
      (error) => error,
    );
    expect(refusal).toMatchObject({ name: 'ScoriaError', code });
    expect(refusal.message).toMatch(message);
    expect(refusal.remedy).not.toBe('');
    expect((await on.engine.view()).position).toBe(position);
    expect(on.array.calls.length).toBe(calls);
  });

  test('an unknown backend in a command is refused as a value', async () => {
    const engine = await openEngine();
    const answer = await engine.execute({ type: 'CreateVolume', backend: 'nowhere', size: 1 });
    expect(E.isLeft(answer) && answer.left.code).toBe('BackendNotFound');
  });

  test('an engine that was told so takes ids that are not UUIDs, and none that leave a directory', async () => {
    const { backend }: EngineOnArray = await engineOnArray({ nonUuidIds: true });
    expect((await backend.createVolume({ size: 1, id: 'db-1' })).id).toBe('db-1');
    for (const id of ['../etc', 'a/b', '', '.hidden']) {
      await expect(backend.createVolume({ size: 1, id })).rejects.toMatchObject({ code: 'InvalidInput' });
    }
  });
});
