import { type KeyObject, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '../../src/audit/canonical.ts';
import { hashBody } from '../../src/audit/chain.ts';
import { GrowingTree, leafOf } from '../../src/audit/merkle.ts';
import { checkpointText, rotationText, signNote, verifierKey } from '../../src/audit/note.ts';
import type { OutsideNote, Source } from '../../src/audit/verifier/verify.ts';
import { exportEvents } from '../../src/commands/export.ts';
import type { Json } from '../../src/domain/json.ts';
import { memoryArray } from '../../src/drivers/memory/array.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { createEngine, type Engine, type EngineOptions, silentLogger } from '../../src/index.ts';
import { createKeyFile } from '../../src/library/audit/key-file.ts';

/** A directory for keys and notes, gone when it is disposed of. */
export const scratch = async (): Promise<AsyncDisposable & { readonly path: (name: string) => string }> => {
  const directory = await mkdtemp(join(tmpdir(), 'scoria-audit-'));
  return {
    path: (name) => join(directory, name),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
};

export const openAudited = (log: string | EventLog, options: Partial<EngineOptions> = {}): Promise<Engine> =>
  createEngine({ log, user: 'ada', project: 'mail', logger: silentLogger, ...options });

/** An export, its lines, and what an auditor has of it from elsewhere. */
export interface Sealed {
  readonly lines: readonly string[];
  readonly notes: readonly OutsideNote[];
  readonly key: string;
}

/** What happens to a log: so many key-values, then a sealing or a rotation. */
export type Step = { readonly values: number; readonly by: 'seal' | 'rotate' | 'nothing' };

/** The log that these steps make; its last event before the end is always sealed. */
export const sealedBy = async (steps: readonly Step[], after = 0): Promise<Sealed> => {
  await using files = await scratch();
  const log = createMemoryLog();
  let keyFile = files.path('key-0');
  await createKeyFile(keyFile);
  const notesDirectory = files.path('notes');
  const open = (): Promise<Engine> => openAudited(uncloseable(log), { audit: { keyFile, notesDirectory } });
  let engine = await open();
  let count = 0;
  const set = async (values: number): Promise<void> => {
    for (let index = 0; index < values; index += 1) {
      count += 1;
      const value = JSON.stringify({ count, text: 'ö "\u0007" \ud83d\ude02' });
      await engine.keyValues.set(`key-${count % 3}`, value, count % 2 === 0 ? { reason: `change ${count}` } : {});
    }
  };
  await set(1);
  await recoverOne(log);
  await engine.audit.seal();
  const key = (await engine.audit.key()) ?? '';
  for (const [index, { values, by }] of steps.entries()) {
    await set(values);
    if (by === 'seal') await engine.audit.seal();
    if (by !== 'rotate') continue;
    const next = files.path(`key-${index + 1}`);
    await createKeyFile(next);
    await engine.audit.rotateKey(next);
    await engine.close();
    keyFile = next;
    engine = await open();
  }
  await set(1);
  await engine.audit.seal();
  await set(after);
  await engine.close();
  const lines = (await Array.fromAsync(exportEvents(log))).map((line) => line.trimEnd());
  return { lines, notes: await notesIn(notesDirectory), key };
};

/** Records an operation whose outcome was recovered: by another executor than the one that asked for it. */
const recoverOne = async (log: EventLog): Promise<void> => {
  const array = memoryArray(randomUUID());
  const open = (own: string) =>
    openAudited(uncloseable(log), {
      executors: { own, isGone: async (executor) => executor !== own, endCommandsOf: async () => true },
    });
  await using dying = await open('node1/1/dying');
  await using survivor = await open('node1/2/survivor');
  const backend = await dying.addBackend({ name: 'store', driver: 'memory', options: { array: array.name } });
  array.inject({ call: 'createVolume', hang: true, when: 'after' });
  const creating = backend.createVolume({ size: 1 });
  await array.hanging();
  await survivor.recover();
  array.release();
  await creating;
  array.reset();
};

/** A log whose last events were lost, and that goes on: its notes are those of both branches. */
export const rolledBack = async (): Promise<Sealed> => {
  await using files = await scratch();
  const audit = { keyFile: files.path('key'), notesDirectory: files.path('notes'), ifRolledBack: 'open' } as const;
  await createKeyFile(audit.keyFile);
  const [log, older] = [createMemoryLog(), createMemoryLog()];
  await using engine = await openAudited(log, { audit });
  await engine.keyValues.set('a', '1');
  await engine.audit.seal();
  const key = (await engine.audit.key()) ?? '';
  const backup = await Array.fromAsync((await engine.view()).exportEvents());
  await engine.keyValues.set('a', 'lost');
  await engine.audit.seal();
  await using restored = await openAudited(older, { audit });
  await restored.load(backup.join(''));
  await restored.audit.acceptRollback({ reason: 'disk lost' });
  await restored.keyValues.set('a', '2');
  await restored.audit.seal();
  const lines = (await Array.fromAsync(exportEvents(older))).map((line) => line.trimEnd());
  return { lines, notes: await notesIn(audit.notesDirectory), key };
};

/** A memory log that outlives the engines on it. */
export const uncloseable = (log: EventLog): EventLog => ({ ...log, close: async () => {} });

export const notesIn = async (directory: string): Promise<readonly OutsideNote[]> =>
  Promise.all(
    (await readdir(directory)).map(async (name) => ({ name, note: await readFile(join(directory, name), 'utf8') })),
  );

export const textOf = (lines: readonly string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(''));

/** In chunks that end anywhere. */
export const sourceOf = (bytes: Uint8Array, chunk = 97): Source => ({
  async *chunks() {
    for (let start = 0; start < bytes.length; start += chunk) yield bytes.subarray(start, start + chunk);
  },
});

// biome-ignore lint/suspicious/noExplicitAny: an event as a forger sees it
export type Forgeable = any;

/** The lines after an edit, every hash and link made anew: what somebody does who can write the log, and not sign. */
export const forged = (lines: readonly string[], edit: (events: Forgeable[]) => void): readonly string[] => {
  const events: Forgeable[] = lines.map((line) => JSON.parse(line));
  edit(events);
  return chainedAnew(events, () => {});
};

/** Each event may be changed by what stands before it, and is then chained. */
const chainedAnew = (
  events: readonly Forgeable[],
  change: (event: Forgeable, hashes: readonly string[]) => void,
): readonly string[] => {
  const heads = new Map<string, { readonly revision: number; readonly hash: string }>();
  const hashes: string[] = [];
  return events.map((event, index) => {
    change(event, hashes);
    const head = heads.get(event.stream) ?? { revision: -1, hash: '0'.repeat(64) };
    const revision = head.revision + 1;
    const { hash: _hash, ...meta } = { ...event.meta, prev: head.hash };
    const { position: _position, ...body } = { ...event, revision: String(revision), meta };
    const hash = hashBody(canonicalJson(body as Json));
    heads.set(event.stream, { revision, hash });
    hashes.push(hash);
    Object.assign(event, { revision: String(revision), meta: { ...meta, hash } });
    return canonicalJson({ ...body, meta: { ...meta, hash }, position: String(index + 1) } as Json);
  });
};

/**
 * The log with another value in its first event, chained and signed anew with a key of the forger's, which is rotated to
 * itself, or to a key that they cannot sign with.
 */
export const signedAnew = (lines: readonly string[], key: KeyObject, rotatedTo?: string): readonly string[] => {
  const events: Forgeable[] = lines.map((line) => JSON.parse(line));
  events[0].meta.actor.user = 'eve';
  const origin: string = events.find(({ type }) => type === 'AuditStarted').data.origin;
  const own = verifierKey(origin, key);
  const signer = { name: origin, key };
  return chainedAnew(events, ({ type, data }, hashes) => {
    if (type === 'AuditStarted') data.key = own;
    if (type === 'AuditKeyRotated') {
      data.key = rotatedTo ?? own;
      data.statement = signNote(rotationText(origin, data.key), [signer]);
    }
    if (type !== 'CheckpointSigned') return;
    const tree = new GrowingTree();
    for (const hash of hashes.slice(0, Number(data.size))) tree.append(leafOf(hash));
    const last = events[tree.size - 1];
    data.root = Buffer.from(tree.root()).toString('hex');
    data.frontier = tree.frontier();
    data.last = { stream: last.stream, revision: last.revision, hash: last.meta.hash };
    data.note = signNote(checkpointText({ origin, size: tree.size, root: data.root }), [signer]);
  });
};
