import { createHash, randomUUID } from 'node:crypto';
import type { Append, EventToAppend } from '../../eventlog/port.ts';

/** To a log a body is opaque text. */
export const eventOf = (
  stream: string,
  revision: bigint,
  body = `{"of":"${stream}","at":"${revision}"}`,
): EventToAppend => ({
  stream,
  revision,
  id: randomUUID(),
  body,
  hash: createHash('sha256').update(body).digest('hex'),
});

/** An append of `count` new events, or of one event for each of the bodies. */
export const appendOf = (stream: string, expectedRevision: bigint, of: number | readonly string[] = 1): Append => {
  const bodies: readonly (string | undefined)[] = typeof of === 'number' ? Array(of).fill(undefined) : of;
  const [first, ...rest] = bodies.map((body, index) => eventOf(stream, expectedRevision + BigInt(index) + 1n, body));
  return { stream, expectedRevision, events: [first as EventToAppend, ...rest] };
};
