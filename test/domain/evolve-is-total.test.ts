import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregateOf, eventDefinitions, evolveStream, type StreamKind } from '../../src/domain/streams.ts';
import { oneSeed } from '../support/one-seed.ts';
import { anyEvent, validBy } from './arbitraries.ts';

const deepFrozen = <Value>(value: Value): Value => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFrozen);
  }
  return value;
};

describe('generated data', () => {
  it.each([...eventDefinitions])('of %s is valid', (_, { schema }) => {
    fc.assert(
      fc.property(validBy(schema), (data) => {
        expect(schema.safeParse(data).error).toBeUndefined();
      }),
      { numRuns: 20, ...oneSeed },
    );
  });
});

describe.each(['volume', 'backend', 'key_value', 'audit'] as const)('the fold of a %s', (kind: StreamKind) => {
  it('takes any events in any order, mutates nothing and yields a valid state', () => {
    const of = aggregateOf(kind);
    const own = anyEvent.filter(({ type }) => type in of.events);
    const events = fc.array(fc.oneof({ weight: 9, arbitrary: own }, { weight: 1, arbitrary: anyEvent }), {
      maxLength: 25,
    });
    fc.assert(
      fc.property(events, (sequence) => {
        let state = deepFrozen(of.initial);
        for (const event of sequence) state = deepFrozen(evolveStream(kind, state, deepFrozen(event)));
        expect(of.state.safeParse(state).error).toBeUndefined();
      }),
      { numRuns: 300, ...oneSeed },
    );
  });
});
