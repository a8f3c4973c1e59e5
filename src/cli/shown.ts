import { rejections, ScoriaError } from '../domain/errors.ts';
import type { Engine } from '../library/engine.ts';
import type { PartOfVolume } from './find.ts';
import { printable } from './printable.ts';
import type { Report } from './report.ts';
import { type Column, type Document, field, fields, identifier, status, table, time } from './table.ts';

export type Kind = 'backend' | 'volume' | 'snapshot' | 'connection' | 'key' | 'resource';

/** Documents come from the library with types of their own; the command line prints whatever they hold. */
export const asDocument = (document: object): Document => {
  const plain = JSON.parse(JSON.stringify(document)) as Document;
  // People look for these first.
  const { id, name } = plain;
  return { ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }), ...plain };
};

/** A backend's name is its id. */
export const withName = (backend: object): Document => {
  const document = asDocument(backend);
  return { id: document.name, ...document };
};

/** The path of the device stands in front, where a script finds it. */
export const withPath = (connection: object): Document => {
  const document = asDocument(connection);
  const device = document.device as { readonly path?: string } | null | undefined;
  return { ...document, path: device?.path ?? null };
};

export const one = (document: Document): Report => ({ json: document, text: () => fields(document) });

/** What a command did, in a line. */
export const did = (kind: Kind, document: Document): Report => ({
  json: document,
  text: () => `${kind} ${summary(document)}`,
});

export const deleted = (kind: Kind, id: string): Report => ({
  json: { id, status: 'deleted' },
  text: () => `${kind} ${printable(id)}: deleted`,
});

export const many = (documents: readonly Document[], columns: readonly Column[]): Report => ({
  json: documents,
  text: () => table(documents, columns),
});

const SUMMARISED = [
  'status',
  'size',
  'frozen',
  'attach_status',
  'path',
  'volume_id',
  'backend_name',
  'driver',
  'value',
];

const summary = (document: Document): string => {
  const { id, name } = document;
  const named = name === null || name === undefined || name === id ? '' : ` (${printable(String(name))})`;
  const facts = SUMMARISED.filter((key) => document[key] !== null && document[key] !== undefined).map((key) =>
    key === 'size' ? `${document[key]} GiB` : `${key.replace('_', ' ')} ${printable(String(document[key]))}`,
  );
  return `${printable(String(id))}${named}: ${facts.join(', ')}`;
};

/** The resource after its command; one that somebody else deleted meanwhile is said to be so. */
const orDeleted = async (id: string, asked: Promise<object>): Promise<Document> => {
  try {
    return asDocument(await asked);
  } catch (error) {
    if (error instanceof ScoriaError && error.kind === 'not-found') return { id, status: 'deleted' };
    throw error;
  }
};

type Inside = { readonly engine: Engine };

export const volumeNow = ({ engine }: Inside, id: string): Promise<Document> => orDeleted(id, engine.volume(id));

export const backendNow = async ({ engine }: Inside, name: string): Promise<Document> => {
  const document = await orDeleted(name, engine.backend(name));
  return document.status === 'deleted' ? document : withName(document);
};

export const snapshotNow = ({ engine }: Inside, { id }: PartOfVolume): Promise<Document> =>
  orDeleted(id, engine.snapshot(id));

export const connectionNow = async ({ engine }: Inside, { id }: PartOfVolume): Promise<Document> => {
  const document = await orDeleted(id, engine.connection(id));
  return document.status === 'deleted' ? document : withPath(document);
};

export const keyNotFound = (key: string): ScoriaError =>
  new ScoriaError(
    rejections.KeyNotFound(`there is no key ${JSON.stringify(key)}`, '`scoria kv list` shows the keys', { key }),
  );

const gib = (name: string, header: string): Column => ({
  header,
  of: (document) => (typeof document[name] === 'number' ? (document[name] / 1024 ** 3).toFixed(1) : null),
  align: 'right',
  whole: true,
});

export const CAPACITY_COLUMNS: readonly Column[] = [
  field('position', 'position', 'right'),
  time('at', 'time'),
  field('backend_name', 'backend'),
  field('volumes', 'volumes', 'right'),
  gib('allocated_bytes', 'ALLOCATED GIB'),
  gib('provisioned_capacity_bytes', 'PROVISIONED GIB'),
  gib('free_capacity_bytes', 'FREE GIB'),
  gib('total_capacity_bytes', 'TOTAL GIB'),
];

const size: Column = {
  header: 'GIB',
  of: (document) => document.size ?? document.volume_size,
  align: 'right',
  whole: true,
};

export const BACKEND_COLUMNS: readonly Column[] = [
  field('name'),
  field('driver'),
  status(),
  field('frozen'),
  time('created_at', 'created'),
];

export const VOLUME_COLUMNS: readonly Column[] = [
  identifier('id'),
  field('name'),
  size,
  status(),
  field('attach_status', 'attached'),
  field('backend_name', 'backend'),
  field('project_id', 'project'),
  time('created_at', 'created'),
];

export const SNAPSHOT_COLUMNS: readonly Column[] = [
  identifier('id'),
  field('name'),
  size,
  status(),
  identifier('volume_id', 'volume'),
  time('created_at', 'created'),
];

export const CONNECTION_COLUMNS: readonly Column[] = [
  identifier('id'),
  status(),
  { header: 'HOST', of: ({ connector }) => (connector as { readonly host?: string } | undefined)?.host },
  field('attach_mode', 'mode'),
  field('path', 'device'),
  identifier('volume_id', 'volume'),
  time('created_at', 'created'),
];
