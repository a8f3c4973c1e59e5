import { AssertionError } from 'node:assert';
import { inspect, isDeepStrictEqual } from 'node:util';

/** Fails unless the two are alike in all depth. `said` is a sentence for who has to mend it. */
export const same = (actual: unknown, expected: unknown, said = 'they are not alike'): void => {
  if (isDeepStrictEqual(actual, expected)) return;
  const message = `${said}\n  expected: ${shown(expected)}\n  actual:   ${shown(actual)}`;
  throw new AssertionError({ message, actual, expected, operator: 'deepStrictEqual', stackStartFn: same });
};

/** Fails unless it holds. */
export const holds = (condition: boolean, said: string): void => {
  if (condition) return;
  throw new AssertionError({ message: said, actual: condition, expected: true, operator: '==', stackStartFn: holds });
};

/** What the promise is rejected with. Fails when it resolves. */
export const rejected = async (call: Promise<unknown>, said = 'it was not refused'): Promise<unknown> => {
  const ended = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in ended) return ended.error;
  throw new AssertionError({ message: said, actual: ended.value, expected: 'an error', stackStartFn: rejected });
};

const MAX_SHOWN = 600;

/** Bytes are told by their first ones: a volume's are many. */
const shown = (value: unknown): string => {
  const text = inspect(value, { depth: 6, breakLength: 110, maxArrayLength: 16, maxStringLength: 300 });
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
};
