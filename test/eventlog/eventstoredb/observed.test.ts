import { randomUUID } from 'node:crypto';
import { BACKWARDS, binaryEvent, END, EventStoreDBClient, NO_STREAM, streamNameFilter } from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { server } from './opened.ts';

/** What was observed on a real server through its client: what the adapter builds on, and the stand-in must do. */
let client: EventStoreDBClient;
beforeAll(async () => {
  client = EventStoreDBClient.connectionString(await server());
});
afterAll(() => client.dispose());

const event = (bytes = 10) => binaryEvent({ id: randomUUID(), type: 'Observed', data: new Uint8Array(bytes) });
const newStream = () => `observed-${randomUUID()}`;
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: Readonly<Record<string, unknown>>) => error,
  );

/** A call of its own; without these it goes on the stream of messages that all calls share. */
const ALONE = { credentials: { username: 'nobody', password: '' } };

describe.each([
  ['on the shared stream of messages', {}],
  ['alone', ALONE],
])('an append %s', (_, how) => {
  const append = (stream: string, expected: bigint | typeof NO_STREAM, ...events: ReturnType<typeof event>[]) =>
    client.appendToStream(stream, events, { expectedRevision: expected, ...how });

  it('answers the last revision and position', async () => {
    const stream = newStream();
    const position = { commit: expect.any(BigInt), prepare: expect.any(BigInt) };
    expect(await append(stream, NO_STREAM, event(), event())).toMatchObject({
      success: true,
      nextExpectedRevision: 1n,
      position,
    });
  });

  it('at a wrong revision says both', async () => {
    const stream = newStream();
    const wrong = { type: 'wrong-expected-version', streamName: stream, message: '', code: undefined };
    expect(await refusal(append(stream, 3n, event()))).toMatchObject({
      ...wrong,
      expectedVersion: 3n,
      actualVersion: 'no_stream',
    });
    await append(stream, NO_STREAM, event());
    expect(await refusal(append(stream, NO_STREAM, event()))).toMatchObject({
      ...wrong,
      expectedVersion: 'no_stream',
      actualVersion: 0n,
    });
  });

  it('that is repeated with its ids and its revision has the first answer', async () => {
    const stream = newStream();
    const [one, two] = [event(), event()];
    const first = await append(stream, NO_STREAM, one, two);
    await append(stream, 1n, event());
    expect(await append(stream, NO_STREAM, one, two)).toEqual(first);
    expect(await append(stream, NO_STREAM, one)).toMatchObject({ nextExpectedRevision: 0n });
    expect(await refusal(append(stream, NO_STREAM, two))).toMatchObject({ type: 'wrong-expected-version' });
    expect(await refusal(append(stream, NO_STREAM, one, two, event()))).toMatchObject({
      type: 'wrong-expected-version',
    });
    expect(await append(stream, 2n, one)).toMatchObject({ nextExpectedRevision: 3n });
  });

  it('takes one MiB and no more', async () => {
    const stream = newStream();
    expect(await refusal(append(stream, NO_STREAM, event(600_000), event(600_000)))).toMatchObject({
      type: 'maximum-append-size-exceeded',
      maxAppendSize: 1_048_576,
    });
    expect(await append(stream, NO_STREAM, event(1_048_576))).toMatchObject({ nextExpectedRevision: 0n });
  });

  it('has one winner among many at one revision', async () => {
    const stream = newStream();
    const results = await Promise.allSettled(Array.from({ length: 64 }, () => append(stream, NO_STREAM, event())));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('to a stream with a tombstone is refused', async () => {
    const stream = newStream();
    await append(stream, NO_STREAM, event());
    await client.tombstoneStream(stream);
    expect(await refusal(append(stream, 0n, event()))).toMatchObject({ type: 'stream-deleted', streamName: stream });
    expect(await refusal(Array.fromAsync(client.readStream(stream)))).toMatchObject({ type: 'stream-deleted' });
  });

  it('to a deleted stream goes on behind its end', async () => {
    const stream = newStream();
    await append(stream, NO_STREAM, event(), event());
    await client.deleteStream(stream);
    expect(await refusal(Array.fromAsync(client.readStream(stream)))).toMatchObject({ type: 'stream-not-found' });
    expect(await append(stream, NO_STREAM, event())).toMatchObject({ nextExpectedRevision: 2n });
    expect((await Array.fromAsync(client.readStream(stream))).map((one) => one.event?.revision)).toEqual([2n]);
  });
});

describe('a read', () => {
  it('of a stream says where each event stands in the whole', async () => {
    const stream = newStream();
    const { position } = await client.appendToStream(stream, [event(), event()]);
    const events = await Array.fromAsync(client.readStream(stream));
    expect(events.at(-1)?.event?.position).toEqual(position);
    expect(new Set(events.map((one) => one.event?.position?.commit)).size).toBe(2);
  });

  it('of a stream that there is not is refused, and one past the end gives nothing', async () => {
    const stream = newStream();
    const missing = { type: 'stream-not-found', streamName: stream, code: undefined };
    expect(await refusal(Array.fromAsync(client.readStream(stream)))).toMatchObject(missing);
    await client.appendToStream(stream, [event()]);
    expect(await Array.fromAsync(client.readStream(stream, { fromRevision: 9n }))).toEqual([]);
  });

  it('of all is inclusive, from the place of a record only, and takes no filter', async () => {
    const { position } = await client.appendToStream(newStream(), [event()]);
    await client.appendToStream(newStream(), [event()]);
    const from = position ?? { commit: 0n, prepare: 0n };
    const read = (commit: bigint) =>
      Array.fromAsync(
        client.readAll({
          fromPosition: { commit, prepare: commit },
          filter: streamNameFilter({ prefixes: ['none'] }),
        } as never),
      );
    expect((await read(from.commit))[0]?.event?.position).toEqual(position);
    expect(await refusal(read(from.commit + 1n))).toMatchObject({ type: 'unknown', code: 2 });
    expect(await read(from.commit + 1_000_000_000n)).toEqual([]);
    const [last] = await Array.fromAsync(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }));
    expect(last?.event?.position?.commit).toBeGreaterThanOrEqual(from.commit);
  });

  it.each([
    [{ maxCount: 1 }, [2n]],
    [{ truncateBefore: 1 }, [1n, 2n]],
  ])('of a stream leaves out what %o lets go', async (metadata, left) => {
    const stream = newStream();
    expect(await client.getStreamMetadata(stream)).toMatchObject({ streamName: stream });
    await client.appendToStream(stream, [event(), event(), event()]);
    await client.setStreamMetadata(stream, metadata);
    expect((await Array.fromAsync(client.readStream(stream))).map((one) => one.event?.revision)).toEqual(left);
  });
});

describe('a subscription to all', () => {
  it('begins after its position, filters, confirms, tells checkpoints, and when it has caught up', async () => {
    const [stream, other] = [newStream(), newStream()];
    const { position } = await client.appendToStream(stream, [event()]);
    for (let count = 0; count < 70; count += 1) await client.appendToStream(other, [event()]);
    await client.appendToStream(stream, [event(), event()]);
    const said: string[] = [];
    const subscription = client.subscribeToAll({
      fromPosition: position ?? 'start',
      filter: streamNameFilter({
        prefixes: [stream],
        checkpointReached: async () => {
          said.push('checkpoint');
        },
      }),
    });
    const caughtUp = new Promise<void>((resolve) => subscription.on('caughtUp', () => resolve()));
    subscription.on('confirmation', () => said.push('confirmation'));
    subscription.on('data', (one) => said.push(`${one.event?.revision}`));
    await caughtUp;
    const ended = new Promise((resolve) => subscription.on('end', () => resolve('ended')));
    await subscription.unsubscribe();
    expect(await ended).toBe('ended');
    expect(said[0]).toBe('confirmation');
    expect(said.filter((one) => one === 'checkpoint').length).toBeGreaterThanOrEqual(2);
    expect(said.filter((one) => /\d/.test(one))).toEqual(['1', '2']);
  });
});
