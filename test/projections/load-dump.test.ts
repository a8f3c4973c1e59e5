import { beforeEach, expect, test } from 'vitest';
import { load } from '../../src/commands/load.ts';
import { decode } from '../../src/domain/streams.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { createEngine, silentLogger } from '../../src/index.ts';
import { scratch } from '../eventlog/scratch.ts';
import { context, dumped, inChunks, refused, somethingOfAll } from './loading.ts';
import { collect } from './recording.ts';

const files = scratch();
let log: EventLog;
beforeEach(async () => {
  log = await somethingOfAll();
});

test.each([false, true])('comes back the same (with configuration: %s)', async (withConfiguration) => {
  const text = await dumped(log, withConfiguration);
  const loaded = createMemoryLog();
  expect(await load(loaded, text, context)).toMatchObject({ format: 'dump', events: 4 });
  expect(await dumped(loaded, true)).toBe(text);
});

test('becomes imports, with their source, and no creations', async () => {
  const loaded = await files.open(files.file());
  const { source } = await load(loaded, await dumped(log), context);
  const events = (await collect(loaded.readAll())).map(decode);
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
  const text = JSON.stringify(JSON.parse(await dumped(log)), null, 2);
  const loaded = createMemoryLog();
  await load(loaded, inChunks(text, 7), context);
  expect(await dumped(loaded)).toBe(await dumped(log));
});

test('is refused by a log that holds events', async () => {
  const before = await log.head();
  await expect(load(log, await dumped(log), context)).rejects.toMatchObject({
    code: 'LogNotEmpty',
  });
  expect(await log.head()).toBe(before);
});

const pretty = async (change: (document: Record<string, never>) => void): Promise<string> => {
  const document = JSON.parse(await dumped(log));
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
    /must be one of: string, int/,
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
  const loaded = createMemoryLog();
  await load(loaded, await dumped(log), context);
  await using engine = await createEngine({ log: loaded, logger: silentLogger });
  const [before, backend] = [await loaded.head(), await engine.backend('lvm')];
  for (const command of [() => backend.createVolume({ size: 1 }), () => backend.stats({ refresh: true })]) {
    await expect(command()).rejects.toMatchObject({
      code: 'InvalidDriverOption',
      message: expect.stringContaining('scoria backend change lvm'),
    });
  }
  expect(await loaded.head()).toBe(before);
  await backend.change({ options: { directory: files.directory } });
  expect((await backend.stats({ refresh: true })).vendor_name).toBeDefined();
});
