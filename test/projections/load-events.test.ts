import { beforeEach, expect, test } from 'vitest';
import { canonicalJson } from '../../src/audit/canonical.ts';
import { hashBody } from '../../src/audit/chain.ts';
import { exportEvents } from '../../src/commands/export.ts';
import { load } from '../../src/commands/load.ts';
import type { Json } from '../../src/domain/json.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { scratch } from '../eventlog/scratch.ts';
import { context, exported, inChunks, refused, somethingOfAll } from './loading.ts';
import { collect } from './recording.ts';

const files = scratch();
let log: EventLog;
beforeEach(async () => {
  log = await somethingOfAll();
});

test('comes back byte for byte: same ids, revisions, hashes and order', async () => {
  const text = await exported(log);
  const loaded = await files.open(files.file());
  expect(await load(loaded, inChunks(text, 1_000), context)).toMatchObject({ format: 'events', events: 13 });
  expect(await collect(loaded.readAll())).toEqual(await collect(log.readAll()));
  expect(await exported(loaded)).toBe(text);
});

test('is canonical JSON, a line an event, and holds the stored body', async () => {
  const stored = await collect(log.readAll());
  const lines = (await exported(log)).trimEnd().split('\n');
  expect(lines).toHaveLength(stored.length);
  for (const [index, line] of lines.entries()) {
    const event = JSON.parse(line);
    expect(line).toBe(canonicalJson(event));
    const { position, ...rest } = event;
    const { hash, ...meta } = rest.meta;
    expect({ position, hash }).toEqual({ position: String(stored[index]?.position), hash: stored[index]?.hash });
    expect(canonicalJson({ ...rest, meta })).toBe(stored[index]?.body);
  }
});

test('up to a position', async () => {
  expect(await collect(exportEvents(log, { upTo: 3n }))).toHaveLength(3);
});

test('keeps its order where positions had gaps', async () => {
  const lines = (await exported(log)).trimEnd().split('\n');
  const gapped = lines.map((line) => line.replace(/"position":"(\d+)"/, (_, at) => `"position":"${Number(at) * 7}"`));
  const loaded = createMemoryLog();
  await load(loaded, gapped.join('\n'), context);
  expect(await exported(loaded)).toBe(await exported(log));
});

// biome-ignore lint/suspicious/noExplicitAny: an event that is made wrong on purpose
type Change = (event: any) => void;
/** The export with one line changed, hashed anew so that only the change itself is wrong. */
const forged = async (line: number, change: Change, rehash = true): Promise<string> => {
  const lines = (await exported(log)).trimEnd().split('\n');
  const event = JSON.parse(lines[line - 1] as string);
  change(event);
  const { position, ...rest } = event;
  const { hash, ...meta } = rest.meta;
  if (rehash) event.meta.hash = hashBody(canonicalJson({ ...rest, meta } as Json));
  lines[line - 1] = canonicalJson(event);
  return lines.join('\n');
};

const forgeries: readonly (readonly [string, number, string, RegExp, Change])[] = [
  ['a chain that does not join', 5, 'meta.prev', /hash before it/, ({ meta }) => (meta.prev = '0'.repeat(64))],
  ['a gap in a stream', 6, 'revision', /missing or twice/, (event) => (event.revision = '7')],
  ['a position that goes back', 4, 'position', /must ascend/, (event) => (event.position = '1')],
  ['a type of tomorrow', 4, 'type', /newer Scoria/, (event) => (event.type = 'VolumeFrobbed')],
  ['a version of tomorrow', 4, 'v', /newer Scoria/, (event) => (event.v = 99)],
  ['a stream of another kind', 3, 'stream', /newer Scoria/, (event) => (event.stream = 'group-1')],
  ['an event in the wrong kind of stream', 3, 'type', /does not belong/, (event) => (event.stream = 'kv-v1')],
  ["an event in another's stream", 3, 'stream', /is about volume-v1/, (event) => (event.stream = 'volume-v7')],
  ["another's snapshot", 5, 'stream', /is about volume-v7/, ({ data }) => (data.snapshot.volume_id = 'v7')],
  ["another's connection", 7, 'stream', /is about volume-v7/, ({ data }) => (data.connection.volume_id = 'v7')],
  ['data that its schema refuses', 3, 'data.volume.size', /at least 1/, ({ data }) => (data.volume.size = 0)],
  ['data that is too much', 4, 'data.extra', /no such field/, ({ data }) => (data.extra = 1)],
  ['a field that nobody knows', 4, 'colour', /no such field/, (event) => (event.colour = 'red')],
  ['a meta field that nobody knows', 4, 'meta.colour', /no such field/, ({ meta }) => (meta.colour = 'red')],
  ['no actor', 4, 'meta.actor', /./, ({ meta }) => delete meta.actor],
  ['a time that is none', 4, 'meta.at', /UTC/, ({ meta }) => (meta.at = '2026-11-20')],
  ['a revision that is a number', 4, 'revision', /./, (event) => (event.revision = 1)],
];
test('content that was changed is refused', async () => {
  const text = await forged(4, ({ meta }) => (meta.reason = 'none'), false);
  const details = { line: 4, field: 'meta.hash' };
  expect(await refused(text)).toMatchObject({
    code: 'InvalidDump',
    details,
    message: expect.stringContaining('was changed'),
  });
});

test.each(forgeries)('%s is refused', async (_, line, field, said, change) => {
  const error = await refused(await forged(line, change));
  expect(error).toMatchObject({ code: 'InvalidDump', details: { line, field } });
  expect(error.message).toMatch(said);
});

const edits: readonly (readonly [string, RegExp, (lines: string[]) => void])[] = [
  ['a line that is missing', /line 4, revision/, (lines) => lines.splice(3, 1)],
  ['a line that stands twice', /line 5, position/, (lines) => lines.splice(3, 0, lines[3] as string)],
  ['an empty line', /line 4, is empty/, (lines) => lines.splice(3, 0, '')],
  ['a line that was cut off', /line 13, .*found the end/, (lines) => lines.push((lines.pop() as string).slice(0, 90))],
  ['spaces', /line 4, is not canonical/, (lines) => (lines[3] = (lines[3] as string).replace(',"id"', ', "id"'))],
  ['carriage returns', /line 1, is not canonical/, (lines) => (lines[0] += '\r')],
  [
    'a key that stands twice',
    /line 4, id: this key stands twice/,
    (lines) => (lines[3] = (lines[3] as string).replace('"id":', '"id":"x","id":')),
  ],
  [
    'a __proto__',
    /line 4, data.__proto__: this key is not allowed/,
    (lines) => (lines[3] = (lines[3] as string).replace('{"data":{', '{"data":{"__proto__":{}')),
  ],
  ['bottomless nesting', /line 4, .*nested deeper/, (lines) => (lines[3] = `{"data":${'{"a":'.repeat(200_000)}`)],
  [
    'an endless number',
    /line 4, /,
    (lines) => (lines[3] = (lines[3] as string).replace('{"data":{', '{"data":{"a":1e999')),
  ],
];
test.each(edits)('%s: refused', async (_, said, edit) => {
  const lines = (await exported(log)).trimEnd().split('\n');
  edit(lines);
  const error = await refused(lines.join('\n'));
  expect(error.code).toBe('InvalidDump');
  expect(error.message).toMatch(said);
});
