import { setImmediate as turn } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { isNonEmpty } from 'fp-ts/lib/ReadonlyArray.js';
import { ScoriaError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/event.ts';
import { IMPORT_CINDERLIB } from '../../domain/origin.ts';
import { wrongRevision } from '../../eventlog/log-errors.ts';
import type { Append, EventLog } from '../../eventlog/port.ts';
import { newId } from '../../new-id.ts';
import { seal as sealValue } from '../../secrets/sealing.ts';
import { type Author, EMPTY_STREAM, seal } from '../envelope.ts';
import type { Services } from '../services.ts';
import { type PlanContext, Planner, type ToWrite } from './plan.ts';
import type { RecordSource } from './records.ts';
import { type ImportedRecord, type ImportReport, importRefusal } from './report.ts';

export interface ImportContext {
  readonly log: EventLog;
  readonly services: Pick<Services, 'read' | 'drivers' | 'vault'>;
  readonly author: Author;
  readonly actor: Actor;
  readonly reason?: string | undefined;
  readonly nonUuidIds: boolean;
  readonly backends: Readonly<Record<string, string>>;
  /** Only tells what would become of each record. */
  readonly dryRun: boolean;
  /** Imports what can be, and leaves out the rest. */
  readonly leaveOut: boolean;
  /** Hears how many records are looked at, then how many are written; what it throws ends the import. */
  readonly reached: (done: number, total: number | null) => void;
}

/** How many streams are written in one transaction. */
const BATCH = 200;
const TURN_RECORDS = 64;

/**
 * Takes over what cinderlib knew. All of it is checked before the first event, and then read again to be written, batch
 * by batch: neither pass holds more than its report. A record that was written is known, so that an import that was
 * interrupted goes on when it is given again.
 *
 * @throws ScoriaError `InvalidDump`, or `AlreadyExists` where there are only conflicts; nothing is written then
 */
export const importRecords = async (source: RecordSource, context: ImportContext): Promise<ImportReport> => {
  const records = await checked(source, context);
  const named = `sha256:${source.hash()} ${source.name}`;
  if (context.dryRun) return { source: named, events: 0, records };
  const refusal = context.leaveOut ? null : importRefusal(records);
  if (refusal !== null) throw refusal;
  return { source: named, events: await written(source, named, records, context), records };
};

const planner = async ({ services, ...context }: ImportContext, areChecked: boolean): Promise<Planner> =>
  new Planner({
    inventory: await services.read.inventory(),
    drivers: services.drivers,
    nonUuidIds: context.nonUuidIds,
    backends: context.backends,
    now: context.author.now().toISOString(),
    areChecked,
  } satisfies PlanContext);

const checked = async (source: RecordSource, context: ImportContext): Promise<readonly ImportedRecord[]> => {
  const records: ImportedRecord[] = [];
  const plan = await planner(context, false);
  for await (const found of source.records()) {
    records.push((await plan.look(found)).record);
    if (records.length % TURN_RECORDS !== 0) continue;
    await turn();
    context.reached(records.length, null);
  }
  return records;
};

const written = async (
  source: RecordSource,
  named: string,
  records: readonly ImportedRecord[],
  context: ImportContext,
): Promise<number> => {
  const total = records.filter(({ outcome }) => outcome === 'imported').length;
  const plan = await planner(context, true);
  const writing = new Writing(named, context);
  let index = 0;
  for await (const found of source.records()) {
    const outcome = records[index]?.outcome;
    index += 1;
    if (outcome !== 'imported') continue;
    const { write } = await plan.look(found);
    if (write === null) continue;
    await writing.add(write);
    context.reached(writing.events, total);
  }
  await writing.flush();
  return writing.events;
};

/** Turns what is to be written into events, and appends them in batches. */
class Writing {
  readonly #source: string;
  readonly #context: ImportContext;
  readonly #importId = newId();
  #batch: Append[] = [];
  events = 0;

  constructor(source: string, context: ImportContext) {
    this.#source = source;
    this.#context = context;
  }

  async add(write: ToWrite): Promise<void> {
    const { author, actor, reason, services } = this.#context;
    const decision = await write.decide(this.#source, (credential, path) => this.#sealed(write, credential, path));
    if (E.isLeft(decision)) throw new ScoriaError(decision.left);
    if (!isNonEmpty(decision.right)) return;
    const head = (await services.read.kept(write.kind, write.stream)) ?? EMPTY_STREAM;
    const meta = {
      actor,
      command: IMPORT_CINDERLIB,
      commandId: write.commandId,
      commandDigest: write.commandDigest,
      correlationId: this.#importId,
      causationId: this.#importId,
      reason,
    };
    this.#batch.push(seal(write.stream, head, decision.right, meta, author));
    this.events += decision.right.length;
    if (this.#batch.length >= BATCH) await this.flush();
  }

  async flush(): Promise<void> {
    const { log } = this.#context;
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length === 0) return;
    if (log.appendAll !== undefined) return log.appendAll(batch);
    for (const append of batch) {
      const result = await log.append(append);
      if (E.isLeft(result)) throw wrongRevision(log.name, result.left);
    }
  }

  async #sealed({ stream, commandId }: ToWrite, credential: Parameters<typeof sealValue>[2], path: string) {
    const { vault } = this.#context.services;
    vault.known.learn(credential);
    return sealValue({ stream, command: commandId, path }, await vault.keys.current(stream), credential);
  }
}
