import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import { type Aggregate, evolve, type OpenWork } from '../../src/domain/aggregate.ts';
import type { Decision } from '../../src/domain/decision.ts';
import type { Rejection, RejectionCode } from '../../src/domain/errors.ts';
import { type EventMeta, FIRST_PREV, type NewEvent, type RecordedEvent } from '../../src/domain/event.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { eventDefinitions } from '../../src/domain/streams.ts';

type AnyEvent = NewEvent<string, unknown>;

/** An event with an envelope's part that matters to the test. */
interface Told {
  readonly event: AnyEvent;
  readonly meta: Partial<EventMeta>;
}

export const ACTOR = { user: 'ada', project: 'engines' };

/** The event as another command recorded it: its outcome ends that command's intent only. */
export const by = (commandId: string, event: AnyEvent, meta: Partial<EventMeta> = {}): Told => ({
  event,
  meta: { commandId, ...meta },
});

/** The time of the event at a revision. */
export const timeOf = (revision: number): string => new Date(Date.UTC(2026, 0, 2) + revision * 1000).toISOString();

const recorded = ({ event, meta }: Told, revision: number, stream: string): RecordedEvent => ({
  ...event,
  data: event.data as JsonObject,
  id: `event-${revision}`,
  stream,
  revision: BigInt(revision),
  position: BigInt(revision + 1),
  meta: {
    at: timeOf(revision),
    actor: ACTOR,
    command: 'SomeCommand',
    commandId: 'command',
    commandDigest: '0'.repeat(64),
    correlationId: 'correlation',
    causationId: 'cause',
    executor: 'host/1/executor',
    prev: FIRST_PREV,
    ...meta,
    hash: '1'.repeat(64),
  },
});

/** What an event log would hold of these events; data that a definition does not accept fails the test. */
export const record = (events: readonly (AnyEvent | Told)[], stream = 'stream'): RecordedEvent[] =>
  events.map((told, revision) => {
    const { event, meta } = 'event' in told ? told : { event: told, meta: {} };
    const definition = eventDefinitions.get(event.type);
    expect(definition, `${event.type} is defined`).toBeDefined();
    expect(() => definition?.schema.parse(event.data), `${event.type} is valid`).not.toThrow();
    return recorded({ event, meta }, revision, stream);
  });

const folded = <State extends OpenWork>(of: Aggregate<State>, events: readonly (AnyEvent | Told)[]): State => {
  const state = record(events).reduce((before, event) => evolve(of, before, event), of.initial);
  expect(of.state.parse(state), 'the state is valid').toEqual(state);
  return state;
};

const expectRecorded = (decision: Decision): readonly AnyEvent[] => {
  if (E.isLeft(decision)) throw new Error(`refused: ${decision.left.code}: ${decision.left.message}`);
  return decision.right;
};

const ENTRIES = ['snapshots', 'connections', 'pins'];

/** Given-when-then over pure deciders and `evolve`, for one kind of stream. */
export const givenOf =
  <State extends OpenWork>(of: Aggregate<State>) =>
  (...events: readonly (AnyEvent | Told)[]) => {
    const state = folded(of, events);
    return {
      state,
      /** The state that these events fold to holds at least this; of snapshots and the like, exactly these. */
      thenState: (expected: object) => {
        expect(state).toMatchObject(expected);
        for (const [key, entries] of Object.entries(state)) {
          const named: unknown = (expected as Record<string, unknown>)[key];
          if (ENTRIES.includes(key) && named !== undefined) {
            expect(Object.keys(entries as object), key).toEqual(Object.keys(named as object));
          }
        }
      },
      when: <Input, Facts>(
        decide: (state: State, input: Input, facts: Facts) => Decision,
        input: Input,
        ...[facts]: undefined extends Facts ? [] | [Facts] : [Facts]
      ) => {
        const decision = decide(state, input, facts as Facts);
        return {
          thenRecords: (...expected: readonly AnyEvent[]) => {
            expect(expectRecorded(decision)).toEqual(expected);
            return folded(of, [...events, ...expected]);
          },
          thenNothing: () => expect(expectRecorded(decision)).toEqual([]),
          /** Says what was wrong (each of `says` is in the message), and what would be right. */
          thenRefused: (code: RejectionCode, says: string | readonly string[], remedy: string): Rejection => {
            if (E.isRight(decision)) throw new Error(`not refused: ${JSON.stringify(decision.right)}`);
            const rejection = decision.left;
            expect(rejection.code).toBe(code);
            for (const part of [says].flat()) expect(rejection.message).toContain(part);
            expect(rejection.remedy).toContain(remedy);
            expect(rejection.remedy).not.toBe('');
            return rejection;
          },
        };
      },
    };
  };
