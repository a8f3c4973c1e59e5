import * as E from 'fp-ts/lib/Either.js';
import { validate as isUuid, v5 as uuid5 } from 'uuid';
import { z } from 'zod';
import { NO_OPEN_WORK } from '../../domain/aggregate.ts';
import { type BackendState, backendStream } from '../../domain/backend/backend.ts';
import { BackendImported, decideImportBackend } from '../../domain/backend/import.ts';
import type { Decision } from '../../domain/decision.ts';
import { isTooDeep, type JsonObject } from '../../domain/json.ts';
import {
  decideImportKeyValue,
  KeyValueImported,
  type KeyValueState,
  keyValueStream,
} from '../../domain/keyvalue/key-value.ts';
import { IMPORT_CINDERLIB, type Imported } from '../../domain/origin.ts';
import { decideImportVolume, VolumeImported } from '../../domain/volume/import.ts';
import { type VolumeState, volumeStream } from '../../domain/volume/volume.ts';
import { findDriver } from '../../drivers/registry.ts';
import { KNOWN_SECRET_FIELDS, type SecretField, secretFieldsOf } from '../../drivers/secret-fields.ts';
import type { InventoryStore } from '../../projections/inventory.ts';
import { commandDigest } from '../envelope.ts';
import type { Drivers } from '../services.ts';
import { backendNameOf, backendToImport } from './backend-state.ts';
import { type SealCredential, withoutCredentials, withSealedCredentials } from './credentials.ts';
import type { FoundBackend, FoundKeyValue, FoundRecord, FoundVolume } from './records.ts';
import type { ImportedRecord } from './report.ts';
import { kept, read, Unusable } from './unusable.ts';
import { isDeleted, placeOfHost, volumeToImport } from './volume-state.ts';

const NAMESPACE = '6f0c1f0e-6a0b-5b0e-9d53-0d1c6c1f4c11';

export interface PlanContext {
  readonly inventory: InventoryStore;
  readonly drivers: Pick<Drivers, 'configure'>;
  readonly nonUuidIds: boolean;
  /** What backends are called here, by the name that they have in the source. */
  readonly backends: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly now: string;
  /** Whether the records were looked at before, and all can be imported. */
  readonly areChecked: boolean;
}

/** A record that is to be written. */
export interface ToWrite {
  readonly kind: 'backend' | 'volume' | 'key_value';
  readonly stream: string;
  /** Follows from what the record says, so that the same one is never written twice. */
  readonly commandId: string;
  readonly commandDigest: string;
  /** The decision about it from `source`, with its credentials sealed. */
  decide(source: string, seal: SealCredential): Promise<Decision>;
}

export interface Planned {
  readonly record: ImportedRecord;
  /** `null` where there is nothing to write. */
  readonly write: ToWrite | null;
}

const KeyValueRecordSchema = z.looseObject({ key: z.string(), value: z.string() });

/** Before the source's hash is known. */
const SOME_SOURCE = 'source';
const unsealed: SealCredential = async (credential) => credential;

/** Looks at the records of a source, one after the other, against each other and the log's state. */
export class Planner {
  readonly #context: PlanContext;
  readonly #backends = new Map<string, BackendState>();
  readonly #ids = new Map<string, string>();
  readonly #secretFields = new Map<string, Promise<readonly SecretField[]>>();

  constructor(context: PlanContext) {
    this.#context = context;
  }

  async look(found: FoundRecord): Promise<Planned> {
    const { id, place } = found;
    const kind = found.kind === 'unusable' ? found.what : found.kind;
    const nothing = { kind, id, name: null, place, problem: null, remedy: null, notes: [] };
    try {
      switch (found.kind) {
        case 'backend':
          return await this.#backend(found, { ...nothing, kind: 'backend' });
        case 'volume':
          return await this.#volume(found, nothing);
        case 'key_value':
          return await this.#keyValue(found, nothing);
        case 'unusable':
          throw new Unusable(found.problem, found.remedy);
      }
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      return { record: { ...nothing, outcome: 'unusable', problem: error.message, remedy: error.remedy }, write: null };
    }
  }

  async #backend(found: FoundBackend, nothing: Omit<ImportedRecord, 'outcome'>): Promise<Planned> {
    const name = this.#nameHere(found.id);
    const record = { ...nothing, id: name };
    const here = this.#context.inventory.state('backend', backendStream(name));
    if (here.backend !== null) return { record: { ...record, outcome: 'known' }, write: null };
    const { drivers, now } = this.#context;
    const { state, kept, notes } = await backendToImport(found, name, drivers, now);
    const importedFrom = (source: string) => ({ source, origin: originAt(found.place, kept), state });
    this.#assertRecordable(BackendImported.schema, importedFrom(SOME_SOURCE));
    this.#backends.set(name, state);
    return this.#planned({ ...record, notes }, 'backend', backendStream(name), found.config, async (source) =>
      decideImportBackend(here, importedFrom(source)),
    );
  }

  async #volume(found: FoundVolume, nothing: Omit<ImportedRecord, 'outcome'>): Promise<Planned> {
    const name = typeof found.data.display_name === 'string' ? found.data.display_name : null;
    const record = { ...nothing, name };
    if (isDeleted(found.data)) return { record: { ...record, outcome: 'deleted' }, write: null };
    const { inventory, now } = this.#context;
    const backend_name = this.#nameHere(found.backend ?? placeOfHost(found.data.host).backend ?? '');
    const { state, kept, notes } = volumeToImport(found, backend_name, now);
    const importedFrom = (source: string) => ({ source, origin: originAt(found.place, kept), state });
    this.#assertRecordable(VolumeImported.schema, importedFrom(SOME_SOURCE));
    this.#assertIds(state, found.place);
    const stream = volumeStream(state.volume.id);
    const before = inventory.state('volume', stream);
    const backend = this.#backends.get(backend_name) ?? inventory.state('backend', backendStream(backend_name));
    const parts = [...Object.keys(state.snapshots), ...Object.keys(state.connections)];
    const facts = { backend, takenParts: parts.filter((id) => inventory.resource(id) !== null) };
    const fields = await this.#secretFieldsOf(backend);
    const { kind: _, place: __, ...content } = found;
    return this.#planned({ ...record, notes }, 'volume', stream, content, async (source, seal) => {
      const sealed = await withSealedCredentials({ state: state as VolumeState, kept }, fields, seal);
      const imported: Imported<VolumeState> = {
        source,
        origin: originAt(found.place, sealed.kept),
        state: sealed.state,
      };
      return decideImportVolume(before, imported, facts);
    });
  }

  async #keyValue({ data, place }: FoundKeyValue, nothing: Omit<ImportedRecord, 'outcome'>): Promise<Planned> {
    const { key, value, ...rest } = read(KeyValueRecordSchema, data, '');
    const state: KeyValueState = { ...NO_OPEN_WORK, pair: { key, value } };
    const importedFrom = (source: string) => ({ source, origin: originAt(place, kept(rest)), state });
    this.#assertRecordable(KeyValueImported.schema, importedFrom(SOME_SOURCE));
    const before = this.#context.inventory.state('key_value', keyValueStream(key));
    return this.#planned(nothing, 'key_value', keyValueStream(key), data, async (source) =>
      decideImportKeyValue(before, importedFrom(source)),
    );
  }

  async #planned(
    record: Omit<ImportedRecord, 'outcome'>,
    kind: ToWrite['kind'],
    stream: string,
    content: unknown,
    decide: ToWrite['decide'],
  ): Promise<Planned> {
    const digest = commandDigest(IMPORT_CINDERLIB, { stream, content: withoutCredentials(content) });
    const commandId = uuid5(digest, NAMESPACE);
    if (this.#context.inventory.command(commandId) !== null)
      return { record: { ...record, outcome: 'known' }, write: null };
    const planned: Planned = {
      record: { ...record, outcome: 'imported' },
      write: { kind, stream, commandId, commandDigest: digest, decide },
    };
    if (this.#context.areChecked) return planned;
    const decision = await decide(SOME_SOURCE, unsealed);
    if (E.isLeft(decision)) {
      const { kind: why, message, remedy } = decision.left;
      const outcome = why === 'conflict' ? 'conflict' : 'unusable';
      return { record: { ...record, outcome, problem: message, remedy }, write: null };
    }
    return decision.right.length === 0 ? { record: { ...record, outcome: 'known' }, write: null } : planned;
  }

  #nameHere(name: string): string {
    const { backends } = this.#context;
    return backendNameOf(Object.hasOwn(backends, name) ? String(backends[name]) : name);
  }

  /** Once for each driver: looking it up costs more than a record. */
  #secretFieldsOf({ backend }: BackendState): Promise<readonly SecretField[]> {
    const driver = backend?.driver ?? '';
    const fields = this.#secretFields.get(driver) ?? secretFieldsFor(driver);
    this.#secretFields.set(driver, fields);
    return fields;
  }

  #assertRecordable(schema: z.ZodType, imported: unknown): void {
    if (this.#context.areChecked) return;
    read(schema, imported, '');
    if (isTooDeep(imported)) throw new Unusable('it is nested too deep to be recorded');
  }

  #assertIds({ volume, snapshots, connections }: VolumeState, place: string): void {
    if (this.#context.areChecked) return;
    for (const id of [volume?.id ?? '', ...Object.keys(snapshots), ...Object.keys(connections)]) {
      if (!this.#context.nonUuidIds && !isUuid(id)) {
        throw new Unusable(
          `the id ${JSON.stringify(id)} is no UUID`,
          'set non_uuid_ids (--non-uuid-ids) to accept such ids',
        );
      }
      const other = this.#ids.get(id);
      if (other !== undefined && other !== place) throw new Unusable(`the id ${id} stands at ${other} too`);
      this.#ids.set(id, place);
    }
  }
}

const originAt = (place: string, kept: JsonObject) => ({ format: 'cinderlib' as const, place, kept });

/** The definition tells without being set up, which would reach for the storage. */
const secretFieldsFor = async (driver: string): Promise<readonly SecretField[]> =>
  driver === '' ? KNOWN_SECRET_FIELDS : secretFieldsOf(await findDriver(driver).catch(() => ({})));
