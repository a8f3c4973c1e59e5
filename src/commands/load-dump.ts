import type { z } from 'zod';
import { backendStream } from '../domain/backend/backend.ts';
import { BackendImported } from '../domain/backend/import.ts';
import type { NewEvent } from '../domain/event.ts';
import { KeyValueImported, keyValueStream } from '../domain/keyvalue/key-value.ts';
import { VolumeImported } from '../domain/volume/import.ts';
import { volumeStream } from '../domain/volume/volume.ts';
import { backendState, keyValueState, type VolumeDocument, volumeState } from '../projections/documents.ts';
import { DUMP_FORMAT, DUMP_VERSION, type Dump, DumpSchema } from '../projections/dump.ts';
import { credentialIn } from './credentials.ts';
import { fieldOf, firstIssue, invalidDump, writtenByNewer } from './invalid-dump.ts';
import { type JsonPath, jsonProblem, lineAt, offsetOf } from './strict-json.ts';

/** An error at a field of the document, with the line that it stands in. */
const wrong = (text: string, path: JsonPath, problem: string) =>
  invalidDump(problem, { line: lineAt(text, offsetOf(text, path)), field: fieldOf(path) });

/** Checks a dump from its first character to its last reference. */
export const readDump = (text: string): Dump => {
  const problem = jsonProblem(text);
  if (problem !== null) {
    throw invalidDump(problem.message, { line: lineAt(text, problem.offset), field: fieldOf(problem.path) });
  }
  const document: unknown = JSON.parse(text);
  checkFormat(text, document);
  const parsed: z.ZodSafeParseResult<Dump> = DumpSchema.safeParse(document);
  if (!parsed.success) {
    const issue = firstIssue(parsed.error);
    throw wrong(text, issue.path, issue.problem);
  }
  checkReferences(text, parsed.data);
  return parsed.data;
};

/** Before everything else: another format's fields would be reported as so many mistakes. */
const checkFormat = (text: string, document: unknown): void => {
  const isObject = typeof document === 'object' && document !== null;
  const { format, version } = (isObject ? document : {}) as { readonly format?: unknown; readonly version?: unknown };
  if (format !== DUMP_FORMAT) throw invalidDump('it is neither a dump nor an export of events');
  if (typeof version === 'number' && Number.isSafeInteger(version) && version > DUMP_VERSION) {
    const line = lineAt(text, offsetOf(text, ['version']));
    throw writtenByNewer(`${version} is a version of dumps`, { line, field: 'version' });
  }
};

const checkReferences = (text: string, { backends, volumes, key_values }: Dump): void => {
  const unique = (what: string) => {
    const seen = new Set<string>();
    return (id: string, path: JsonPath): void => {
      if (seen.has(id)) throw wrong(text, path, `another ${what} has the ${path.at(-1)} ${JSON.stringify(id)}`);
      seen.add(id);
    };
  };
  const backend = unique('backend');
  for (const [index, { name }] of backends.entries()) backend(name, ['backends', index, 'name']);
  const names = new Set(backends.map(({ name }) => name));
  const volume = unique('volume');
  const part = unique('snapshot or connection');
  for (const [index, document] of volumes.entries()) {
    const at: JsonPath = ['volumes', index];
    volume(document.id, [...at, 'id']);
    if (document.status === 'deleted') {
      throw wrong(text, [...at, 'status'], 'a deleted volume does not belong into a dump');
    }
    if (!names.has(document.backend_name)) {
      throw wrong(text, [...at, 'backend_name'], `the dump has no backend ${JSON.stringify(document.backend_name)}`);
    }
    checkSealed(text, at, document);
    checkParts(text, at, document, part);
  }
  const pair = unique('key-value');
  for (const [index, { key }] of key_values.entries()) pair(key, ['key_values', index, 'key']);
};

/** An import is recorded as it is. */
const checkSealed = (text: string, at: JsonPath, { provider_auth, connections }: VolumeDocument): void => {
  const problem = 'holds a credential in the clear, which is not recorded: a dump of Scoria holds it sealed';
  if (typeof provider_auth === 'string') throw wrong(text, [...at, 'provider_auth'], problem);
  for (const [index, { connection_info }] of connections.entries()) {
    if (credentialIn(connection_info) === null) continue;
    throw wrong(text, [...at, 'connections', index, 'connection_info'], problem);
  }
};

const checkParts = (
  text: string,
  at: JsonPath,
  { id: volume_id, snapshots, connections }: VolumeDocument,
  unique: (id: string, path: JsonPath) => void,
): void => {
  for (const [list, parts] of Object.entries({ snapshots, connections })) {
    for (const [index, item] of parts.entries()) {
      unique(item.id, [...at, list, index, 'id']);
      if (item.volume_id === volume_id) continue;
      throw wrong(text, [...at, list, index, 'volume_id'], `must be ${volume_id}, the id of the volume it stands in`);
    }
  }
};

export interface Import {
  readonly stream: string;
  readonly event: NewEvent<string, unknown>;
}

/** The facts that bring a dump back: what another log knew, never creations that did not happen here. */
export function* importsOf({ backends, volumes, key_values }: Dump, source: string): Generator<Import> {
  for (const document of backends) {
    const state = backendState(document);
    yield { stream: backendStream(document.name), event: BackendImported.of({ source, state }) };
  }
  for (const document of volumes) {
    const state = volumeState(document);
    yield { stream: volumeStream(document.id), event: VolumeImported.of({ source, state }) };
  }
  for (const document of key_values) {
    const state = keyValueState(document);
    yield { stream: keyValueStream(document.key), event: KeyValueImported.of({ source, state }) };
  }
}
