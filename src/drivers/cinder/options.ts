import { z } from 'zod';
import { isCredentialOption } from '../../credential-names.ts';
import type { JsonObject } from '../../domain/json.ts';
import { Secret } from '../../secret.ts';
import { decimal, secret } from '../options.ts';

/** An option object of oslo.config, as Python tells it. */
export interface OptionAnswer {
  readonly name: string;
  /** The class of its type: `String`, `Integer`, `Dict`, ... */
  readonly type: string;
  /** Whether it may be given several times. */
  readonly multi: boolean;
  readonly default: unknown;
  readonly required: boolean;
  readonly secret: boolean;
  readonly help: string;
  readonly choices: readonly string[] | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** The backend's own name and the class are known, and how Scoria logs is not the driver's to say. */
const KNOWN = ['volume_backend_name', 'volume_driver', 'enable_unsupported_driver'];

/** `key:value,key:value`, as a command line and cinder.conf give it. */
const entriesOf = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  const entries = value.split(',').filter((entry) => entry.trim() !== '');
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.indexOf(':');
      return at === -1 ? [entry.trim(), undefined] : [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
    }),
  );
};

const Entries = z.preprocess(entriesOf, z.record(z.string().min(1), z.string()));

const single = ({ type, choices, min, max }: OptionAnswer): z.ZodType => {
  if (choices !== null && choices.length > 0) return z.enum(choices as [string, ...string[]]);
  if (type === 'Integer' || type === 'Port') {
    return z
      .int()
      .min(min ?? Number.MIN_SAFE_INTEGER)
      .max(max ?? Number.MAX_SAFE_INTEGER);
  }
  if (type === 'Float') return decimal({ min: min ?? 0, ...(max === null ? {} : { max }) });
  if (type === 'Boolean') return z.boolean();
  if (type === 'Dict') return Entries;
  return type === 'List' ? z.array(z.string()) : z.string();
};

/** What is not given is left to Cinder: its default is told, and not recorded. */
const schemaOf = (option: OptionAnswer): z.ZodType => {
  const isSecret = option.secret || (option.type === 'String' && isCredentialOption(option.name));
  const schema = isSecret ? secret() : option.multi ? z.array(single(option)) : single(option);
  const described = (option.required ? schema : schema.optional()).describe(option.help);
  return isSecret || option.default === null ? described : described.meta({ default: option.default });
};

export const optionsOf = (options: readonly OptionAnswer[]) =>
  z.strictObject(
    Object.fromEntries(options.filter(({ name }) => !KNOWN.includes(name)).map((one) => [one.name, schemaOf(one)])),
  );

/** As Python gets them. In a credential a `$` is itself, and not the name of another option. */
export const optionValues = (
  options: Readonly<Record<string, unknown>>,
  answers: readonly OptionAnswer[],
): JsonObject => {
  const multi = new Set(answers.flatMap(({ name, multi: isMulti }) => (isMulti ? [name] : [])));
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => {
      if (value === undefined) return [];
      if (!(value instanceof Secret)) return [[name, value]];
      const text = value.reveal().replaceAll('$', '$$$$');
      return [[name, multi.has(name) ? text.split('\n').filter((line) => line.trim() !== '') : text]];
    }),
  ) as JsonObject;
};
