import { beforeEach, describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/audit/canonical.ts';
import { hashBody } from '../../src/audit/chain.ts';
import { exportEvents } from '../../src/commands/export.ts';
import { load } from '../../src/commands/load.ts';
import type { ScoriaError } from '../../src/domain/errors.ts';
import type { Json } from '../../src/domain/json.ts';
import { KeyValueSet } from '../../src/domain/keyvalue/key-value.ts';
import { decode } from '../../src/domain/streams.ts';
import { VolumeExtensionRequested } from '../../src/domain/volume/extend.ts';
import { SourcePinned } from '../../src/domain/volume/pin.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { createEngine, silentLogger } from '../../src/index.ts';
import { dumpOfEvents, dumpText } from '../../src/projections/dump.ts';
import { scratch } from '../eventlog/scratch.ts';
import { collect, Recording } from './recording.ts';

const files = scratch();
const context = {
  author: { executor: 'host/1/loader', now: () => new Date('2026-11-21T00:00:00.000Z') },
  actor: { user: 'eve', project: 'compute' },
  file: 'backup.json',
};

let recording: Recording;
beforeEach(async () => {
  recording = new Recording(createMemoryLog());
  await recording.backend();
  await recording.volume('v1', { name: 'data', metadata: { '10': 'b', '9': 'a' } });
  await recording.snapshot('v1', 's1');
  await recording.connection('v1', 'c1');
  await recording.volume('v2');
  await recording.add('volume-v2', [VolumeExtensionRequested.of({ size: 20, previous_size: 10 })]);
  await recording.add('volume-v2', [SourcePinned.of({ pin_id: 'p', pin: { volume_id: 'v9', snapshot_id: null } })]);
  await recording.add('kv-host', [KeyValueSet.of({ key: 'host', value: 'node7' })]);
});

const dump = async (log: EventLog, withConfiguration = false): Promise<string> =>
  [...dumpText(await dumpOfEvents(log.readAll(), { withConfiguration }))].join('');
const exported = async (log: EventLog): Promise<string> => (await collect(exportEvents(log))).join('');

async function* inChunks(text: string, size: number): AsyncGenerator<string> {
  for (let start = 0; start < text.length; start += size) yield text.slice(start, start + size);
}

/** What loading refuses, and that it wrote nothing. */
const refused = async (text: string | AsyncIterable<string>): Promise<ScoriaError> => {
  const log = createMemoryLog();
  const error: unknown = await load(log, text, context).catch((problem: unknown) => problem);
  expect(error).toMatchObject({ name: 'ScoriaError' });
  expect(await log.head()).toBe(0n);
  return error as ScoriaError;
};

describe('a dump', () => {
  test.each([false, true])('comes back the same (with configuration: %s)', async (withConfiguration) => {
    const text = await dump(recording.log, withConfiguration);
    const log = createMemoryLog();
    expect(await load(log, text, context)).toMatchObject({ format: 'dump', events: 4 });
    expect(await dump(log, true)).toBe(text);
  });

  test('becomes imports, with their source, and no creations', async () => {
    const log = await files.open(files.file());
    const { source } = await load(log, await dump(recording.log), context);
    const events = (await collect(log.readAll())).map(decode);
    expect(events.map(({ type }) => type)).toEqual([
      'BackendImported',
      'VolumeImported',
      'VolumeImported',
      'KeyValueImported',
    ]);
    expect(source).toMatch(/^sha256:[0-9a-f]{64} backup\.json$/);
    expect(events.every(({ data, meta }) => data.source === source && meta.actor.user === 'eve')).toBe(true);
  });

  test('may be written by hand, over many lines and in pieces', async () => {
    const text = JSON.stringify(JSON.parse(await dump(recording.log)), null, 2);
    const log = createMemoryLog();
    await load(log, inChunks(text, 7), context);
    expect(await dump(log)).toBe(await dump(recording.log));
  });

  test('is refused by a log that holds events', async () => {
    const before = await recording.log.head();
    await expect(load(recording.log, await dump(recording.log), context)).rejects.toMatchObject({
      code: 'LogNotEmpty',
    });
    expect(await recording.log.head()).toBe(before);
  });

  const pretty = async (change: (document: Record<string, never>) => void): Promise<string> => {
    const document = JSON.parse(await dump(recording.log));
    change(document);
    return JSON.stringify(document, null, 2);
  };
  // biome-ignore lint/suspicious/noExplicitAny: a document that is made wrong on purpose
  const wrongs: readonly (readonly [what: string, field: string, said: RegExp, change: (document: any) => void])[] = [
    ['a size that is no number', 'volumes[0].size', /whole number/, ({ volumes }) => (volumes[0].size = '1')],
    ['a missing field', 'volumes[1].status', /./, ({ volumes }) => delete volumes[1].status],
    ['an unknown field', 'volumes[0].colour', /no such field/, ({ volumes }) => (volumes[0].colour = 'red')],
    [
      'a fraction',
      'volumes[0].connections[0].connector.x',
      /must be one of: null, boolean, int/,
      ({ volumes }) => (volumes[0].connections[0].connector = { x: 0.5 }),
    ],
    ['two volumes of one id', 'volumes[1].id', /another volume/, ({ volumes }) => (volumes[1].id = 'v1')],
    ['two backends of one name', 'backends[1].name', /another backend/, ({ backends }) => backends.push(backends[0])],
    [
      'a connection with the id of a snapshot',
      'volumes[0].connections[0].id',
      /another snapshot or connection/,
      ({ volumes }) => (volumes[0].connections[0].id = 's1'),
    ],
    [
      'two values of one key',
      'key_values[1].key',
      /another key-value/,
      ({ key_values }) => key_values.push(key_values[0]),
    ],
    [
      'a missing backend',
      'volumes[0].backend_name',
      /no backend "other"/,
      ({ volumes }) => (volumes[0].backend_name = 'other'),
    ],
    [
      'a snapshot of another volume',
      'volumes[0].snapshots[0].volume_id',
      /must be v1/,
      ({ volumes }) => (volumes[0].snapshots[0].volume_id = 'v2'),
    ],
    ['a deleted volume', 'volumes[0].status', /deleted/, ({ volumes }) => (volumes[0].status = 'deleted')],
    ['a newer version', 'version', /newer Scoria/, (document) => (document.version = 2)],
  ];
  test.each(wrongs)('%s: says which field, in which line', async (_, field, said, change) => {
    const text = await pretty(change);
    const error = await refused(text);
    expect(error).toMatchObject({ code: 'InvalidDump', details: { field } });
    expect(error.message).toMatch(said);
    const last = /[a-z_]+$/.exec(field.replace(/\[\d+\]$/, ''))?.[0];
    const line = text.split('\n')[Number(error.details.line) - 1];
    // A field that is missing has no line: that of what should hold it is told.
    if (field !== 'volumes[1].status') expect(line).toContain(`"${last}"`);
  });

  test.each([
    ['an empty text', '', /empty/],
    ['no JSON', 'hello\nworld', /line 1, expected a value/],
    [
      'a text that was cut off',
      '{"format":"scoria-dump",\n"version":1,\n"backends":[',
      /line 3, backends\[0\]: expected a value, found the end/,
    ],
    [
      'a key that stands twice',
      '{"format":"scoria-dump",\n"version":1,\n"version":1}',
      /line 3, version: this key stands twice/,
    ],
    ['a __proto__', '{"format":"scoria-dump",\n"__proto__":{}}', /line 2, __proto__: this key is not allowed/],
    ['something behind the end', '{"format":"scoria-dump"}\n{}', /line 2, something follows/],
    ['another format', '[{"class":"Volume"}]', /neither a dump nor an export/],
    ['a bare value', '12', /neither a dump nor an export/],
    ['bottomless nesting', `{"format":"scoria-dump","a":${'['.repeat(200_000)}`, /nested deeper/],
    ['a control character', '{"format":"scoria\u0001"}', /control character/],
  ])('%s is refused', async (_, text, said) => {
    const error = await refused(text);
    expect(error.code).toBe('InvalidDump');
    expect(error.message).toMatch(said);
  });

  test('without configuration leaves a backend whose commands say what is missing, and write nothing', async () => {
    const log = createMemoryLog();
    await load(log, await dump(recording.log), context);
    await using engine = await createEngine({ log, logger: silentLogger });
    const [before, backend] = [await log.head(), await engine.backend('lvm')];
    for (const command of [() => backend.createVolume({ size: 1 }), () => backend.stats({ refresh: true })]) {
      await expect(command()).rejects.toMatchObject({
        code: 'InvalidDriverOption',
        message: expect.stringContaining('scoria backend change lvm'),
      });
    }
    expect(await log.head()).toBe(before);
    await backend.change({ directory: files.directory });
    expect((await backend.stats({ refresh: true })).vendor_name).toBeDefined();
  });
});

describe('an export of events', () => {
  test('comes back byte for byte: same ids, revisions, hashes and order', async () => {
    const text = await exported(recording.log);
    const log = await files.open(files.file());
    expect(await load(log, inChunks(text, 1_000), context)).toMatchObject({ format: 'events', events: 13 });
    expect(await collect(log.readAll())).toEqual(await collect(recording.log.readAll()));
    expect(await exported(log)).toBe(text);
  });

  test('is canonical JSON, a line an event, and holds the stored body', async () => {
    const stored = await collect(recording.log.readAll());
    const lines = (await exported(recording.log)).trimEnd().split('\n');
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
    expect(await collect(exportEvents(recording.log, { upTo: 3n }))).toHaveLength(3);
  });

  test('keeps its order where positions had gaps', async () => {
    const lines = (await exported(recording.log)).trimEnd().split('\n');
    const gapped = lines.map((line) => line.replace(/"position":"(\d+)"/, (_, at) => `"position":"${Number(at) * 7}"`));
    const log = createMemoryLog();
    await load(log, gapped.join('\n'), context);
    expect(await exported(log)).toBe(await exported(recording.log));
  });

  // biome-ignore lint/suspicious/noExplicitAny: an event that is made wrong on purpose
  type Change = (event: any) => void;
  /** The export with one line changed, hashed anew so that only the change itself is wrong. */
  const forged = async (line: number, change: Change, rehash = true): Promise<string> => {
    const lines = (await exported(recording.log)).trimEnd().split('\n');
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
    [
      'a line that was cut off',
      /line 13, .*found the end/,
      (lines) => lines.push((lines.pop() as string).slice(0, 90)),
    ],
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
    const lines = (await exported(recording.log)).trimEnd().split('\n');
    edit(lines);
    const error = await refused(lines.join('\n'));
    expect(error.code).toBe('InvalidDump');
    expect(error.message).toMatch(said);
  });
});
