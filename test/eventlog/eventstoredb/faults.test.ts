import { randomUUID } from 'node:crypto';
import { EventStoreDBClient } from '@eventstore/db-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAddress } from '../../../src/eventlog/eventstoredb/address.ts';
import { appendOf, eventOf } from '../../../src/testing/event-log/appends.ts';
import { all, revisions, store, upTo } from '../../../src/testing/event-log/reading-back.ts';
import { openLog, startStandIn } from './opened.ts';

/** A server, a log on it, and the client of whoever administers it. */
const opened = async () => {
  const server = await startStandIn();
  const log = await openLog(server.url);
  const client = EventStoreDBClient.connectionString(server.url);
  onTestFinished(async () => {
    await log.close();
    await client.dispose();
  });
  return { server, log, client, stream: 'scoria.volume-a' };
};

describe('what a server can do to a record is told:', () => {
  const truncated = { code: 'LogTruncated', kind: 'log', details: { stream: 'scoria.volume-a' } };

  it('a stream with a tombstone', async () => {
    const { log, client, stream } = await opened();
    await store(log, appendOf('volume-a', -1n));
    await client.tombstoneStream(stream);
    await expect(all(log.readStream('volume-a'))).rejects.toMatchObject(truncated);
    await expect(all(log.readAll())).rejects.toMatchObject(truncated);
    await expect(log.append(appendOf('volume-a', 0n))).rejects.toMatchObject(truncated);
    await store(log, appendOf('volume-b', -1n));
    await expect(all(log.subscribe())).rejects.toMatchObject(truncated);
  });

  it('a stream that was deleted, and would begin anew behind its end', async () => {
    const { log, client, stream } = await opened();
    await store(log, appendOf('volume-a', -1n, 2));
    await client.deleteStream(stream);
    await expect(all(log.readStream('volume-a'))).rejects.toMatchObject(truncated);
    await expect(all(log.readAll())).rejects.toMatchObject(truncated);
    await expect(log.append(appendOf('volume-a', -1n))).rejects.toMatchObject(truncated);
  });

  for (const [name, metadata] of [
    ['$maxCount', { maxCount: 2 }],
    ['$maxAge', { maxAge: 3_600 }],
    ['$tb', { truncateBefore: 1 }],
  ] as const) {
    it(`${name} of a stream, until it is taken off`, async () => {
      const { log, client, stream } = await opened();
      await store(log, appendOf('volume-a', -1n, 4));
      await client.setStreamMetadata(stream, metadata);
      const limited = { ...truncated, message: expect.stringContaining(name) };
      await expect(all(log.readAll())).rejects.toMatchObject(limited);
      await client.setStreamMetadata(stream, {});
      expect(await all(log.readAll())).toHaveLength(4);
      expect(revisions(await all(log.readStream('volume-a')))).toEqual(upTo(4));
    });
  }

  it('a stream that lacks its beginning since it was scavenged', async () => {
    const { server, log, client, stream } = await opened();
    await store(log, appendOf('volume-a', -1n, 4));
    await client.setStreamMetadata(stream, { maxCount: 2 });
    await server.order('scavenge');
    await client.setStreamMetadata(stream, {});
    await expect(all(log.readStream('volume-a'))).rejects.toMatchObject(truncated);
  });

  it('another who writes under the prefix', async () => {
    const { log, client, stream } = await opened();
    await store(log, appendOf('volume-b', -1n));
    await client.appendToStream(stream, [{ ...FOREIGN, id: randomUUID() }]);
    await expect(all(log.readAll())).rejects.toMatchObject({ code: 'LogInvalid', details: { revision: '0' } });
  });

  it('a refusal', async () => {
    const { server, log } = await opened();
    await store(log, appendOf('volume-a', -1n));
    await server.order('deny');
    const denied = { code: 'LogAccessDenied', kind: 'log' };
    await expect(log.append(appendOf('volume-a', 0n))).rejects.toMatchObject(denied);
    await expect(log.head()).rejects.toMatchObject(denied);
    await expect(all(log.subscribe())).rejects.toMatchObject(denied);
    await expect(openLog(server.url)).rejects.toMatchObject(denied);
  });
});

const FOREIGN = { contentType: 'application/json', type: 'OrderPlaced', data: {}, metadata: undefined } as const;

describe('an append', () => {
  it('of more small events than the server takes is refused whole', async () => {
    const { log } = await opened();
    await expect(log.append(appendOf('volume-a', -1n, 5_000))).rejects.toMatchObject({ code: 'LogAppendTooLarge' });
    expect(await all(log.readAll())).toEqual([]);
  });

  it('of events that are too large together is stored whole', async () => {
    const { log } = await opened();
    const bodies = upTo(5).map((index) => `"${String(index).repeat(400_000)}"`);
    const append = appendOf('volume-a', -1n, bodies);
    const stored = await store(log, append);
    expect((await all(log.readAll())).map(({ body }) => body)).toEqual(bodies);
    expect(await store(log, append)).toEqual(stored);
  });

  it('with an id that is no UUID is a mistake of the caller', async () => {
    const { log } = await opened();
    const event = { ...eventOf('volume-a', 0n), id: 'one' };
    await expect(log.append({ stream: 'volume-a', expectedRevision: -1n, events: [event] })).rejects.toThrow(TypeError);
  });
});

describe('a record among others', () => {
  it('is not mixed up with that of another prefix, nor with what others write', async () => {
    const { server, log, client } = await opened();
    const other = await openLog(`${server.url}&prefix=scoria-2`);
    onTestFinished(() => other.close());
    const [mine] = await store(log, appendOf('volume-a', -1n));
    const theirs = await store(other, appendOf('volume-a', -1n));
    for (const _ of upTo(40)) await client.appendToStream('orders', [{ ...FOREIGN, id: randomUUID() }]);
    expect(await log.head()).toBe(mine?.position);
    expect(await all(log.readAll())).toEqual([mine]);
    expect(await all(other.readAll())).toEqual(theirs);
    const [next] = await store(log, appendOf('volume-a', 0n));
    expect(await log.head()).toBe(next?.position);
    expect(await all(log.readAll({ after: mine?.position ?? 0n }))).toEqual([next]);
  });

  it('is read after a position that nothing stands at', async () => {
    const { log } = await opened();
    const events = await store(log, appendOf('volume-a', -1n, 3));
    const between = (events[0]?.position ?? 0n) + 1n;
    expect(await all(log.readAll({ after: between }))).toEqual(events.slice(1));
    const watching = log.subscribe({ after: between })[Symbol.asyncIterator]();
    expect((await watching.next()).value).toEqual(events[1]);
    await watching.return?.();
  });

  it('that nobody began is not found', async () => {
    const { server } = await opened();
    await expect(openLog(`${server.url}&prefix=none`, { ifMissing: 'refuse' })).rejects.toMatchObject({
      code: 'LogNotFound',
    });
  });

  it('that is loaded appears at once, and only if nobody began another meanwhile', async () => {
    const { server, log } = await opened();
    const other = await openLog(server.url);
    onTestFinished(() => other.close());
    const loading = function* () {
      yield appendOf('volume-a', -1n, 3);
      meanwhile = store(other, appendOf('volume-b', -1n));
      yield appendOf('volume-c', -1n, 3);
    };
    let meanwhile: ReturnType<typeof store> = Promise.resolve([]);
    await expect(log.appendToEmpty(loading())).rejects.toMatchObject({ code: 'LogNotEmpty' });
    expect(await all(log.readAll())).toEqual(await meanwhile);
  });
});

describe('a URL', () => {
  it('names hosts, prefix and what the client is to do', () => {
    expect(parseAddress('kurrentdb+discover://ada@a.example:2113,b.example/?prefix=site-1&gossipTimeout=3')).toEqual({
      connectionString: 'esdb+discover://a.example:2113,b.example?gossipTimeout=3',
      name: 'esdb+discover://a.example:2113,b.example?prefix=site-1',
      prefix: 'site-1',
      tls: true,
    });
    expect(parseAddress('esdb://127.0.0.1:2113?tls=false')).toMatchObject({
      name: 'esdb://127.0.0.1:2113',
      tls: false,
    });
  });

  it('with a file that is not there is refused', async () => {
    await expect(openLog('esdb://host?tlsCAFile=/no/such.crt')).rejects.toMatchObject({ code: 'InvalidInput' });
  });

  it('that cannot be meant is refused without being shown', () => {
    for (const wrong of [
      'esdb://',
      'esdb://a b',
      'esdb://host?prefix=a.b',
      'esdb://host?nodePreference=follower',
      'esdb://host?tls=',
    ]) {
      expect(() => parseAddress(wrong)).toThrow(expect.objectContaining({ code: 'InvalidInput' }));
    }
  });
});
