import { inspect, isDeepStrictEqual } from 'node:util';
import { isCredentialName } from '../credential-names.ts';

/** A check or a test found something else than it should. The message says what would be right. */
export class Unlike extends Error {
  override readonly name = 'Unlike';
}

/** Fails unless the two are alike in all depth. `said` is a sentence for who has to mend it. */
export const same = (actual: unknown, expected: unknown, said = 'they are not alike'): void => {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Unlike(`${said}\n  expected: ${shown(expected)}\n  actual:   ${shown(actual)}`);
};

/** Fails unless it holds. */
export const holds = (condition: boolean, said: string): void => {
  if (!condition) throw new Unlike(said);
};

/** What the promise is rejected with. Fails when it resolves. */
export const rejected = async (call: Promise<unknown>, said = 'it was not refused'): Promise<unknown> => {
  const ended = await call.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  if (ended === null) throw new Unlike(said);
  return ended.error;
};

const MAX_SHOWN = 1_000;

const DEPTH = 6;

/** What stands under the name of a credential is not told. */
const withoutCredentials = (value: unknown, depth = DEPTH): unknown => {
  if (depth < 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withoutCredentials(item, depth - 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const members = Object.entries(value).map(([name, member]) => {
    const isTold = !isCredentialName(name) || typeof member !== 'string';
    return [name, isTold ? withoutCredentials(member, depth - 1) : '[secret]'];
  });
  return Object.fromEntries(members);
};

/** Bytes are told by their first ones: a volume's are many. */
const shown = (value: unknown): string => {
  const text = inspect(withoutCredentials(value), {
    depth: DEPTH,
    breakLength: Infinity,
    compact: true,
    maxArrayLength: 8,
    maxStringLength: 300,
  });
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
};
