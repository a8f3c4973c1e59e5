import { aggregateOf, type EventFormat, eventDefinitions, type StreamKind } from '../../src/domain/streams.ts';
import { readFixture } from '../../test/fixtures/events.ts';
import { declaredOperations } from './declared.ts';
import { wordsFor } from './field-words.ts';
import { anchor, code, fenced, link, type Page, page, paragraphs, table } from './markdown.ts';
import { fieldsOf, RECORDS } from './schema.ts';
import { docstringsIn } from './source.ts';

interface Kind {
  readonly kind: StreamKind;
  readonly heading: string;
  readonly stream: string;
}

const KINDS: readonly Kind[] = [
  { kind: 'volume', heading: 'Events of a volume', stream: 'volume-ID' },
  { kind: 'backend', heading: 'Events of a backend', stream: 'backend-NAME' },
  { kind: 'key_value', heading: 'Events of a key', stream: 'kv-KEY' },
  { kind: 'audit', heading: 'Events of the audit', stream: 'audit' },
];

const ROLES: Readonly<Record<'intent' | 'outcome' | 'failure' | 'unknown' | 'claim' | 'offer' | 'fact', string>> = {
  intent: 'durable before the driver or connector is called; it stays open until its outcome',
  outcome: 'the effect happened; it ends the intent',
  failure: 'the effect did not happen and nothing is left of it; it ends the intent',
  unknown: 'the effect ended neither way; the intent becomes an open question',
  claim: 'another executor goes on with what was offered, or what one that is gone left open',
  offer: 'this host may not execute the operation: others may claim it until then',
  fact: 'stands for itself',
};
export type Role = keyof typeof ROLES;

export const roleOf = ({ type, role }: Pick<EventFormat, 'type' | 'role'>): Role =>
  role === 'outcome' && type.endsWith('Failed') ? 'failure' : role;

/** The envelope's fields by their path in an exported event. */
export const ENVELOPE: readonly (readonly [path: string, words: string])[] = [
  ['id', 'UUID version 7 of the event'],
  ['stream', 'The stream: `volume-ID`, `backend-NAME`, `kv-KEY` or `audit`'],
  ['revision', 'Place in the stream, from 0, as a decimal string'],
  [
    'position',
    'Place in the log, ascending, as a decimal string; gaps are possible. Not part of the hashed body: a copy of the log may have other positions',
  ],
  ['type', 'The name of the event'],
  ['v', "The version of the event's data"],
  ['data', 'What the event says: the fields below'],
  ['meta.at', "ISO 8601 in UTC with milliseconds, by the executor's clock"],
  ['meta.actor.user', 'Who gave the command'],
  ['meta.actor.project', 'For which project'],
  ['meta.command', 'The name of the command'],
  ['meta.commandId', 'UUID of the command; the same id with the same content happens once'],
  ['meta.commandDigest', "SHA-256 (hex) of the command's name and input"],
  ['meta.correlationId', 'The id of the first command of a chain of operations'],
  ['meta.causationId', "The id of the event that led to this one; the command's id where none did"],
  ['meta.reason', 'Why, in the words of whoever gave the command; left out when not given'],
  ['meta.recovered', '`true` where whoever went on with an interrupted operation found its outcome out; else left out'],
  ['meta.executor', 'The process that wrote the event: `host/pid/instance`'],
  ['meta.prev', 'SHA-256 (hex) of the event before it in the stream; 64 zeros for the first'],
  ['meta.hash', 'SHA-256 (hex) of `scoria/event/v1`, a line feed, and the body; not part of the body'],
];

/** `docs/reference/events.md`: every event that is written, and the shapes that they hold. */
export const eventsPage = (): Page => {
  const docs = docstringsIn('src/domain');
  const writers = writersOfEvents();
  return page(
    'docs/reference/events.md',
    'the schemas in src/domain',
    '# Events',
    `Everything that Scoria knows is one of these ${eventDefinitions.size} events. \`scoria events list --json\` and \`scoria events export\` print them as
they stand here. What is promised about them is in [compatibility](compatibility.md#events).`,
    '## Roles',
    table(
      ['role', 'what it means'],
      Object.entries(ROLES).map(([role, words]) => [role, words]),
    ),
    '## The envelope',
    'Every event has it. The stored body is the canonical JSON (RFC 8785) of all but `position` and `meta.hash`.',
    table(
      ['field', 'what it holds'],
      ENVELOPE.map(([path, words]) => [code(path), words]),
    ),
    fenced('json', JSON.stringify(readFixture('VolumeExtended', 1), null, 2)),
    'The examples below show only `data`.',
    '## All events',
    table(
      ['event', 'stream', 'role', 'written by'],
      KINDS.flatMap(({ kind, stream }) =>
        Object.values(eventsOfKind(kind)).map((event) => [
          link(event.type, event.type),
          code(stream),
          roleOf(event),
          writtenBy(event, writers.get(event.type) ?? []),
        ]),
      ),
    ),
    ...KINDS.flatMap(({ kind, heading, stream }) => [
      `## ${heading}`,
      `In the stream \`${stream}\`.`,
      ...Object.values(eventsOfKind(kind)).map((event) =>
        eventSection(event, docs.get(event.type) ?? '', writers.get(event.type) ?? []),
      ),
    ]),
    '## Shapes',
    'What several events hold.',
    ...Object.entries(RECORDS).map(([name, schema]) =>
      paragraphs(
        `### ${name}`,
        table(
          ['field', 'type', 'what it holds'],
          fieldsOf(schema, { itself: name }).map(({ path, type }) => [code(path), here(type), wordsFor(name, path)]),
        ),
      ),
    ),
  );
};

const eventsOfKind = (kind: StreamKind): Readonly<Record<string, EventFormat>> => aggregateOf(kind).events;

/** A link to a shape is one within this page. */
const here = (type: string): string => type.replaceAll('](events.md#', '](#');

const commandLink = (command: string): string => `[${command}](commands.md#${anchor(command)})`;

/** The commands that an event can follow from, by the event's type. */
const writersOfEvents = (): ReadonlyMap<string, readonly string[]> => {
  const writers = new Map<string, string[]>();
  for (const { name, events } of declaredOperations()) {
    for (const type of events) writers.set(type, [...(writers.get(type) ?? []), name]);
  }
  return writers;
};

const writtenBy = ({ type, role }: EventFormat, writers: readonly string[]): string => {
  if (writers.length > 0) return writers.map(commandLink).join(', ');
  if (role === 'unknown' || role === 'claim' || role === 'offer') return 'any command';
  if (type.endsWith('Imported'))
    return '[`scoria load`](cli.md#scoria-load), [`scoria import`](cli.md#scoria-import-cinderlib)';
  throw new Error(`no operation under src/commands was found to write ${type}`);
};

const eventSection = (event: EventFormat, doc: string, writers: readonly string[]): string => {
  if (doc === '') throw new Error(`the event ${event.type} has no docstring where it is defined, under src/domain`);
  const example = readFixture(event.type, event.version);
  const rows = fieldsOf(event.schema).map(({ path, type, required }) => [
    code(path),
    here(type),
    required ? 'yes' : 'no',
    wordsFor(event.type, path),
  ]);
  return paragraphs(
    `### ${event.type}`,
    `${firstUpper(roleOf(event))}, version ${event.version}, written by ${writtenBy(event, writers)}. ${doc}`,
    pastVersions(event),
    rows.length === 0 ? 'No data.' : table(['field', 'type', 'always there', 'what it holds'], rows),
    rows.length === 0 || example === null ? '' : fenced('json', JSON.stringify(example.data, null, 2)),
  );
};

const pastVersions = ({ upcasts }: EventFormat): string => {
  const versions = Object.keys(upcasts);
  return versions.length === 0 ? '' : `Stored events of version ${versions.join(', ')} are read in this form.`;
};

const firstUpper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
