import { createHash } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import { fieldOf, invalidDump } from '../invalid-dump.ts';
import { type JsonPath, jsonProblem, lineAt, offsetOf, pathText } from '../strict-json.ts';
import type { FoundBackend, FoundPart, FoundRecord, FoundUnusable, FoundVolume, RecordSource } from './records.ts';
import { DATA } from './versioned-objects.ts';

const HOW = 'give what `cinderlib.dumps()`, or `dumps` of one of its objects, wrote';
const MAX_CHARS = 2 ** 28;

/** A dump of cinderlib in any of its shapes: all backends, one object of any class, or a list of them. */
export const readCinderlibDump = (text: string, name: string): RecordSource => {
  const records = new Reading(text).all();
  const hash = createHash('sha256').update(text).digest('hex');
  return { name, records: () => records, hash: () => hash };
};

/** A whole text, as long as a text may be. */
export const wholeText = async (chunks: string | AsyncIterable<string>): Promise<string> => {
  if (typeof chunks === 'string') return chunks;
  const texts: string[] = [];
  let chars = 0;
  for await (const chunk of chunks) {
    chars += chunk.length;
    if (chars > MAX_CHARS) {
      throw invalidDump(`it is longer than ${MAX_CHARS} characters`, {}, 'dump its backends one by one');
    }
    texts.push(chunk);
  }
  return texts.join('');
};

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Versioned objects without their wrapping. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  if (!(DATA in value)) return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
  const data = value[DATA];
  return isObject(data) && Array.isArray(data.objects) ? plain(data.objects) : plain(data);
};

interface VolumeInMaking {
  readonly found: Omit<FoundVolume, 'snapshots' | 'connections'>;
  readonly parts: { snapshots: Map<string, FoundPart> | null; connections: Map<string, FoundPart> | null };
}

type PartName = keyof VolumeInMaking['parts'];

/** Where the parts of a volume stand in Cinder's own object. */
const PART_FIELDS = { snapshots: 'snapshots', connections: 'volume_attachment' } as const;

class Reading {
  readonly #text: string;
  readonly #backends = new Map<string, FoundBackend>();
  readonly #volumes = new Map<string, VolumeInMaking>();
  readonly #unusable: FoundUnusable[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  all(): readonly FoundRecord[] {
    const problem = jsonProblem(this.#text);
    if (problem !== null) {
      throw invalidDump(
        problem.message,
        { line: lineAt(this.#text, problem.offset), field: fieldOf(problem.path) },
        HOW,
      );
    }
    const document: unknown = JSON.parse(this.#text);
    if (Array.isArray(document)) for (const [index, entry] of document.entries()) this.#object(entry, [index]);
    else this.#object(document, []);
    const volumes = [...this.#volumes.values()].map(({ found, parts }) => ({
      ...found,
      snapshots: parts.snapshots === null ? null : [...parts.snapshots.values()],
      connections: parts.connections === null ? null : [...parts.connections.values()],
    }));
    return [...this.#backends.values(), ...volumes, ...this.#unusable];
  }

  #wrong(path: JsonPath, problem: string) {
    return invalidDump(problem, { line: lineAt(this.#text, offsetOf(this.#text, path)), field: fieldOf(path) }, HOW);
  }

  #member(value: JsonObject, name: string, path: JsonPath): JsonObject {
    const member = Object.hasOwn(value, name) ? value[name] : undefined;
    if (isObject(member)) return member;
    throw this.#wrong(member === undefined ? path : [...path, name], `${name} must be an object`);
  }

  #object(entry: unknown, path: JsonPath): void {
    if (!isObject(entry)) throw this.#wrong(path, 'must be an object of cinderlib, with its class');
    const backend = this.#backend(entry, path);
    switch (entry.class) {
      case 'Backend': {
        const { volumes = [] } = entry;
        if (!Array.isArray(volumes)) throw this.#wrong([...path, 'volumes'], 'must be a list');
        for (const [index, volume] of volumes.entries()) this.#object(volume, [...path, 'volumes', index]);
        return;
      }
      case 'Volume':
        this.#volume(this.#data(entry, path), backend, [...path, 'ovo', DATA]);
        return;
      case 'Snapshot':
        this.#part('snapshots', this.#data(entry, path), backend, [...path, 'ovo', DATA]);
        return;
      case 'Connection':
        this.#part('connections', this.#data(entry, path), backend, [...path, 'ovo', DATA]);
        return;
      default:
        throw this.#wrong(
          'class' in entry ? [...path, 'class'] : path,
          'class must be one of: Backend, Volume, Snapshot, Connection',
        );
    }
  }

  /** The name of the backend that an object tells; what it tells of its configuration is kept. */
  #backend(entry: JsonObject, path: JsonPath): string {
    const config = this.#member(entry, 'backend', path);
    const name = Object.hasOwn(config, 'volume_backend_name') ? config.volume_backend_name : undefined;
    if (typeof name !== 'string') throw this.#wrong([...path, 'backend'], 'volume_backend_name must be a text');
    const known = this.#backends.get(name);
    if (known === undefined || Object.keys(known.config).length < Object.keys(config).length) {
      this.#backends.set(name, { kind: 'backend', id: name, place: pathText([...path, 'backend']), config });
    }
    return name;
  }

  #data(entry: JsonObject, path: JsonPath): JsonObject {
    return this.#member(this.#member(entry, 'ovo', path), DATA, [...path, 'ovo']);
  }

  #id(data: JsonObject, path: JsonPath): string {
    if (typeof data.id !== 'string') throw this.#wrong('id' in data ? [...path, 'id'] : path, 'id must be a text');
    return data.id;
  }

  /** A volume may stand in several places, as that of its snapshots too: it is one, with all of its parts. */
  #volume(wrapped: JsonObject, backend: string, path: JsonPath): VolumeInMaking {
    const id = this.#id(wrapped, path);
    const { snapshots, volume_attachment, ...data } = wrapped;
    const found = {
      kind: 'volume' as const,
      id,
      place: pathText(path.slice(0, -2)) || 'the document',
      backend,
      data: plain(data) as JsonObject,
    };
    const known = this.#volumes.get(id);
    if (known !== undefined && !isSame(known.found, found)) {
      throw this.#wrong([...path, 'id'], `the volume ${id} stands here and at ${known.found.place}, and differs`);
    }
    const volume: VolumeInMaking = known ?? { found, parts: { snapshots: null, connections: null } };
    this.#volumes.set(id, volume);
    for (const [name, list] of [
      ['snapshots', snapshots],
      ['connections', volume_attachment],
    ] as const) {
      const at = [...path, PART_FIELDS[name]];
      if (list === undefined || list === null) continue;
      const parts = plain(list);
      if (!Array.isArray(parts)) throw this.#wrong(at, 'must be a list of versioned objects');
      volume.parts[name] ??= new Map();
      for (const part of parts) {
        if (!isObject(part)) throw this.#wrong(at, 'must be a list of versioned objects');
        const { volume: _, ...own } = part;
        this.#addPart(volume, name, own, at);
      }
    }
    return volume;
  }

  /** A snapshot or a connection that stands alone brings its volume along. */
  #part(name: PartName, { volume, ...data }: JsonObject, backend: string, path: JsonPath): void {
    const id = this.#id(data, path);
    if (isObject(volume)) {
      const of = this.#volume(this.#member(volume, DATA, [...path, 'volume']), backend, [...path, 'volume', DATA]);
      this.#addPart(of, name, plain(data) as JsonObject, path);
      return;
    }
    const known = typeof data.volume_id === 'string' ? this.#volumes.get(data.volume_id) : undefined;
    if (known !== undefined) {
      this.#addPart(known, name, plain(data) as JsonObject, path);
      return;
    }
    this.#unusable.push({
      kind: 'unusable',
      what: name === 'snapshots' ? 'snapshot' : 'connection',
      id,
      place: pathText(path.slice(0, -2)) || 'the document',
      problem: `its volume ${String(data.volume_id)} is not in the source`,
      remedy: 'give the dump of its volume, or of all (`dumps`, not `jsons`)',
    });
  }

  #addPart(volume: VolumeInMaking, name: PartName, data: JsonObject, path: JsonPath): void {
    const id = this.#id(data, path);
    volume.parts[name] ??= new Map();
    const parts = volume.parts[name];
    const part = { id, place: pathText(path), data };
    const known = parts.get(id);
    if (known !== undefined && JSON.stringify(known.data) !== JSON.stringify(data)) {
      throw this.#wrong(path, `${id} stands here and at ${known.place}, and differs`);
    }
    parts.set(id, part);
  }
}

const isSame = (one: VolumeInMaking['found'], other: VolumeInMaking['found']): boolean =>
  one.backend === other.backend && JSON.stringify(one.data) === JSON.stringify(other.data);
