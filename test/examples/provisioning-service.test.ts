import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { Installed } from './installed.ts';

const example = new Installed('provisioning-service');
const GIB = 1024 ** 3;
const ADA = { 'x-user': 'ada', 'x-project': 'web' };
const GRACE = { 'x-user': 'grace', 'x-project': 'analytics', 'x-reason': 'ticket 4711' };

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** The service as a process of its own, listening on a port that was free. */
const start = async () => {
  const child = example.start(['server.ts'], { PORT: '0', DATA: example.path('data') });
  running.push(child);
  const stderr = text(child.stderr);
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit');
  const first = await Promise.race([once(lines, 'line'), ended]);
  const url = /^listening on (\S+)$/.exec(String(first[0]))?.[1];
  if (url === undefined) throw new Error(`the service did not start: ${await stderr}`);
  const ask = async (method: string, path: string, headers: Record<string, string> = ADA, body?: unknown) => {
    const response = await fetch(url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answered = await response.text();
    return { status: response.status, body: answered === '' ? null : JSON.parse(answered) };
  };
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const [code, by] = await ended;
    return { code, by, stderr: await stderr };
  };
  return { ask, kill };
};

describe('the provisioning service', () => {
  test('provisions, repeats nothing, and remembers across a kill', async () => {
    const first = await start();
    const once_ = { ...ADA, 'idempotency-key': randomUUID() };
    const made = await first.ask('POST', '/volumes', once_, { size: 1, name: 'data' });
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'data', size: 1, status: 'available', user_id: 'ada', project_id: 'web' },
    });
    const { id } = made.body;
    const whenMade = made.body.created_at;
    expect(statSync(example.path(`data/volumes/volume-${id}`)).size).toBe(GIB);
    expect(await first.ask('POST', '/volumes', once_, { size: 1, name: 'data' })).toEqual(made);
    expect(await first.ask('POST', '/volumes', once_, { size: 2, name: 'data' })).toMatchObject({
      status: 409,
      body: { error: { code: 'CommandIdReused' } },
    });

    expect(await first.ask('POST', `/volumes/${id}/snapshots`, ADA, { name: 'before' })).toMatchObject({
      status: 201,
      body: { volume_id: id, name: 'before', volume_size: 1, status: 'available' },
    });
    const extended = await first.ask('POST', `/volumes/${id}/extend`, GRACE, { size: 2 });
    expect(extended).toMatchObject({ status: 200, body: { id, size: 2 } });
    expect(await first.ask('DELETE', `/volumes/${id}`)).toMatchObject({
      status: 409,
      body: { error: { code: 'VolumeHasSnapshots', remedy: 'delete its snapshots first' } },
    });
    expect(await first.kill('SIGKILL')).toMatchObject({ by: 'SIGKILL' });

    const second = await start();
    expect(await second.ask('POST', '/volumes', once_, { size: 1, name: 'data' })).toEqual(made);
    expect(await second.ask('GET', `/volumes/${id}`)).toEqual(extended);
    expect((await second.ask('GET', '/volumes')).body).toEqual([extended.body]);
    expect((await second.ask('GET', '/volumes?at=2026-01-01')).body).toEqual([]);
    expect((await second.ask('GET', `/volumes/${id}?at=${whenMade}`)).body).toMatchObject({ id, size: 1 });
    const history = (await second.ask('GET', `/volumes/${id}/history`)).body;
    expect(history.at(-1)).toEqual({
      at: expect.any(String),
      actor: { user: 'grace', project: 'analytics' },
      words: expect.stringContaining('2 GiB'),
      reason: 'ticket 4711',
    });
    expect(history.filter(({ words }: { words: string }) => words.startsWith('volume created'))).toHaveLength(1);
    expect(await second.kill('SIGTERM')).toEqual({ code: 0, by: null, stderr: '' });
  });

  test('repeats a deletion whose answer was lost', async () => {
    const { ask } = await start();
    const { id } = (await ask('POST', '/volumes', ADA, { size: 1 })).body;
    const key = { ...ADA, 'idempotency-key': randomUUID() };
    expect(await ask('DELETE', `/volumes/${id}`, key)).toEqual({ status: 204, body: null });
    expect(await ask('DELETE', `/volumes/${id}`, key)).toEqual({ status: 204, body: null });
    expect(await ask('GET', `/volumes/${id}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'VolumeNotFound' } },
    });
  });

  test('says what was wrong with a request', async () => {
    const { ask } = await start();
    const unknown = randomUUID();
    const refused = async (...asked: Parameters<typeof ask>) => {
      const { status, body } = await ask(...asked);
      return [status, body.error.code ?? body.error.message];
    };
    expect(await refused('POST', '/volumes', ADA, { size: 'big' })).toEqual([400, 'InvalidInput']);
    expect(await refused('POST', '/volumes', ADA, { size: 1, colour: 'red' })).toEqual([400, 'InvalidInput']);
    expect(await refused('POST', '/volumes', ADA, 'size=1')).toEqual([400, 'the body is not JSON']);
    expect(await refused('POST', '/volumes', ADA, ' '.repeat(70_000))).toEqual([
      413,
      'the body has more than 65536 bytes',
    ]);
    expect(await refused('POST', '/volumes', { ...ADA, 'idempotency-key': 'x' }, { size: 1 })).toEqual([
      400,
      'InvalidInput',
    ]);
    expect(await refused('POST', '/volumes', {}, { size: 1 })).toEqual([
      401,
      'say who asks, in the headers X-User and X-Project',
    ]);
    expect(await refused('GET', '/volumes?at=noon')).toEqual([400, 'InvalidInput']);
    expect(await refused('GET', `/volumes/${unknown}`)).toEqual([404, 'VolumeNotFound']);
    expect(await refused('POST', `/volumes/${unknown}/extend`, ADA, { size: 2 })).toEqual([404, 'VolumeNotFound']);
    expect(await refused('PATCH', '/volumes')).toEqual([404, 'there is no PATCH /volumes']);
    expect((await ask('GET', '/volumes')).body).toBeInstanceOf(Array);
  });
});
