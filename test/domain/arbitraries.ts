import fc from 'fast-check';
import type { z } from 'zod';
import type { RecordedEvent } from '../../src/domain/event.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { eventDefinitions } from '../../src/domain/streams.ts';

/** Few ids, so that events meet; each schema keeps those of these values that it accepts. */
const TEXTS = [
  'a',
  'b',
  'volume-1',
  '1.5',
  '20',
  '',
  '/dev/a',
  'constructor',
  '__proto__',
  'é 🌋',
  '0a'.repeat(32),
  '2026-03-01T09:01:00.000Z',
];
const INTEGERS = [0, 1, 2, 10, 100, 8_388_608, Number.MAX_SAFE_INTEGER, -1];
const OBJECTS = [{}, { path: '/dev/a' }, { path: '/dev/b', nested: { list: [null, true, 1, 'x'] } }, { host: 'a' }];

interface Definition {
  readonly type: string;
  readonly shape?: Record<string, z.ZodType>;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly values?: readonly unknown[];
  readonly entries?: Record<string, string>;
}

const accepted = (schema: z.ZodType, values: readonly unknown[]): fc.Arbitrary<unknown> => {
  const fitting = values.filter((value) => schema.safeParse(value).success);
  if (fitting.length === 0) throw new TypeError('no value fits the schema: add one to these');
  return fc.constantFrom(...fitting);
};

const known = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new TypeError('the schema has another shape than its type');
  return value;
};

const objectOf = (shape: Record<string, z.ZodType>): fc.Arbitrary<unknown> => {
  const isOptional = (field: z.ZodType) => (field._zod.def as Definition).type === 'optional';
  const fields = Object.fromEntries(Object.entries(shape).map(([key, field]) => [key, validBy(field)]));
  const requiredKeys = Object.keys(shape).filter((key) => !isOptional(known(shape[key])));
  return fc.record(fields, { requiredKeys });
};

/** Values that a schema accepts. */
export const validBy = (schema: z.ZodType): fc.Arbitrary<unknown> => {
  const of = schema._zod.def as Definition;
  switch (of.type) {
    case 'string':
      return accepted(schema, TEXTS);
    case 'number':
      return accepted(schema, INTEGERS);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'literal':
      return fc.constantFrom(...known(of.values));
    case 'enum':
      return fc.constantFrom(...Object.values(known(of.entries)));
    case 'nullable':
      return fc.option(validBy(known(of.innerType)), { nil: null });
    case 'optional':
    case 'readonly':
      return validBy(known(of.innerType));
    case 'array':
      return fc
        .array(validBy(known(of.element)), { maxLength: 2 })
        .filter((values) => schema.safeParse(values).success);
    case 'union':
      return fc.oneof(...known(of.options).map(validBy));
    case 'object':
      return objectOf(known(of.shape));
    case 'record':
      return (known(of.valueType)._zod.def as Definition).type === 'lazy'
        ? accepted(schema, OBJECTS)
        : fc.dictionary(validBy(known(of.keyType)) as fc.Arbitrary<string>, validBy(known(of.valueType)), {
            maxKeys: 2,
          });
    default:
      throw new TypeError(`there is no generator for a schema of type ${of.type} yet`);
  }
};

/** Any event that is defined, with data that its schema accepts, of few commands. */
export const anyEvent: fc.Arbitrary<RecordedEvent> = fc
  .oneof(
    ...[...eventDefinitions].map(([type, { schema, version }]) =>
      fc.record({ type: fc.constant(type), v: fc.constant(version), data: validBy(schema) }),
    ),
  )
  .chain(({ type, v, data }) =>
    fc.record({ commandId: fc.constantFrom('command-1', 'command-2', 'command-3'), at: fc.nat({ max: 3 }) }).map(
      ({ commandId, at }): RecordedEvent => ({
        id: 'event',
        stream: 'stream',
        revision: 7n,
        position: 8n,
        type,
        v,
        data: data as JsonObject,
        meta: {
          at: `2026-01-01T00:00:0${at}.000Z`,
          actor: { user: 'ada', project: 'engines' },
          command: 'SomeCommand',
          commandId,
          commandDigest: '0',
          correlationId: commandId,
          causationId: commandId,
          executor: 'host/1/x',
          prev: '0',
          hash: '1',
        },
      }),
    ),
  );
