import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import { type Engine, type EngineOptions, ScoriaError } from '../../src/index.ts';
import { createKeyFile } from '../../src/library/audit/key-file.ts';
import { notesIn, openAudited, scratch } from './sealed-log.ts';

interface Place {
  readonly path: (name: string) => string;
  readonly keyFile: string;
  readonly notesDirectory: string;
  readonly log: string;
  open(audit?: EngineOptions['audit'], options?: Partial<EngineOptions>): Promise<Engine>;
}

/** A directory with a key, where engines seal a log in a file. */
const place = async (): Promise<Place> => {
  const files = await scratch();
  onTestFinished(() => files[Symbol.asyncDispose]());
  const [keyFile, notesDirectory, log] = [files.path('key'), files.path('notes'), files.path('log.db')];
  await createKeyFile(keyFile);
  return {
    path: files.path,
    keyFile,
    notesDirectory,
    log,
    async open(audit, options) {
      const engine = await openAudited(log, { audit: { keyFile, notesDirectory, ...audit }, ...options });
      onTestFinished(() => engine.close());
      return engine;
    },
  };
};

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => new Error('it was done'),
    (thrown: unknown) => thrown,
  );
  return error instanceof ScoriaError ? error.code : String(error);
};

describe('sealing', () => {
  it('covers all events before it, and writes the note that it records', async () => {
    const { open, notesDirectory } = await place();
    const engine = await open();
    await engine.keyValues.set('a', '1');
    await engine.keyValues.set('b', '2');
    const sealed = await engine.audit.seal({ reason: 'end of the day' });
    expect(sealed).toMatchObject({ size: 2, isNew: true, key: await engine.audit.key() });
    expect(await notesIn(notesDirectory)).toMatchObject([{ note: sealed.note }]);
    const events = await Array.fromAsync((await engine.view()).events({ stream: 'audit' }));
    expect(events.map(({ type, meta }) => [type, meta.reason])).toEqual([
      ['AuditStarted', 'end of the day'],
      ['CheckpointSigned', 'end of the day'],
    ]);
    expect(await engine.audit.verify()).toMatchObject({ events: 4, sealed: 2, unsealed: 2, notes: { held: 1 } });
  });

  it('records nothing when nothing is new, and hands the newest note out again', async () => {
    const { open, notesDirectory } = await place();
    const engine = await open();
    await engine.keyValues.set('a', '1');
    const { note } = await engine.audit.seal();
    const { position } = await engine.view();
    await rm(notesDirectory, { recursive: true });
    expect(await engine.audit.seal()).toMatchObject({ note, isNew: false });
    expect((await engine.view()).position).toBe(position);
    expect(await notesIn(notesDirectory)).toMatchObject([{ note }]);
  });

  it('goes on from the last checkpoint, also in another process, and every later one holds', async () => {
    const { open } = await place();
    for (let round = 0; round < 5; round += 1) {
      const engine = await open();
      for (let index = 0; index <= round; index += 1) await engine.keyValues.set('a', `${round} ${index}`);
      await engine.audit.seal();
      await engine.close();
    }
    const engine = await open();
    expect(await engine.audit.verify()).toMatchObject({ checkpoints: 5, notes: { held: 5, abandoned: 0 } });
  });

  it('is right in every process that seals at once', async () => {
    const { open } = await place();
    const engines = await Promise.all([open(), open(), open()]);
    for (let round = 0; round < 8; round += 1) {
      await Promise.all(
        engines.map(async (engine, index) => {
          await engine.keyValues.set(`key-${index}`, String(round));
          await engine.audit.seal();
        }),
      );
    }
    const { checkpoints, notes, unsealed } = await engines[0].audit.verify();
    expect({ held: notes.held, unsealed }).toEqual({ held: checkpoints, unsealed: 1 });
  });

  it('happens by count, and counts what this engine records', async () => {
    const { open } = await place();
    const engine = await open({ everyEvents: 10, atClose: false });
    for (let index = 0; index < 25; index += 1) await engine.keyValues.set('a', String(index));
    await engine.close();
    const reader = await open();
    const { sealed, checkpoints } = await reader.audit.verify();
    expect(checkpoints).toBeGreaterThanOrEqual(2);
    expect(sealed).toBeGreaterThanOrEqual(20);
  });

  it('happens by time', async () => {
    const { open } = await place();
    const engine = await open({ everyMs: 10, atClose: false });
    await engine.keyValues.set('a', '1');
    for await (const { type } of engine.follow()) if (type === 'CheckpointSigned') break;
    expect(await engine.audit.verify()).toMatchObject({ checkpoints: 1 });
  });

  it('happens at the end of an engine that stays open, and not of one that does not say so', async () => {
    const { open } = await place();
    const quiet = await open();
    await quiet.keyValues.set('a', '1');
    await quiet.close();
    const lasting = await open({ everyEvents: 1_000 });
    expect(await lasting.audit.verify()).toMatchObject({ checkpoints: 0 });
    await lasting.close();
    expect(await (await open()).audit.verify()).toMatchObject({ checkpoints: 1, sealed: 1 });
  });

  it('by itself goes on when it fails, and says so', async () => {
    const { log } = await place();
    const said: string[] = [];
    const logger = { debug() {}, info() {}, warn() {}, error: (_: object, message: string) => void said.push(message) };
    const engine = await openAudited(log, { audit: { everyEvents: 1 }, logger });
    await engine.keyValues.set('a', '1');
    await engine.close();
    expect(said.join()).toMatch(/could not be sealed: no key file/);
  });

  it('gives the note to a program', async () => {
    const { open, path } = await place();
    const engine = await open({ notesCommand: ['tee', path('carried')] });
    await engine.keyValues.set('a', '1');
    const { note } = await engine.audit.seal();
    expect(await readFile(path('carried'), 'utf8')).toBe(note);
  });

  it.each([
    ['a program that fails', { notesCommand: ['false'] }],
    ['a directory that is none', { notesDirectory: '/dev/null/notes' }],
  ])('is recorded with %s, and hands the note out when that is mended', async (_what, broken) => {
    const { open, log, keyFile, notesDirectory } = await place();
    const engine = await openAudited(log, { audit: { keyFile, ifRolledBack: 'open', ...broken } });
    await engine.keyValues.set('a', '1');
    expect(await codeOf(engine.audit.seal())).toBe('NoteNotWritten');
    await engine.close();
    const mended = await open();
    expect(await mended.audit.seal()).toMatchObject({ isNew: false });
    expect(await notesIn(notesDirectory)).toHaveLength(1);
  });

  it('refuses a record whose events do not have their hashes', async () => {
    const { keyFile } = await place();
    const log = createMemoryLog();
    const engine = await openAudited(
      {
        ...log,
        async *readAll(bounds) {
          for await (const event of log.readAll(bounds)) yield { ...event, body: event.body.replace('"1"', '"2"') };
        },
      },
      { audit: { keyFile } },
    );
    await engine.keyValues.set('a', '1');
    expect(await codeOf(engine.audit.seal())).toBe('RecordBroken');
    await engine.close();
  });

  it('lets others work while it reads a long log', async () => {
    const { open } = await place();
    const engine = await open();
    for (let index = 0; index < 600; index += 1) await engine.keyValues.set(`k${index}`, 'v');
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    await engine.audit.seal();
    clearInterval(timer);
    await pause(0);
    expect(turns).toBeGreaterThan(0);
  });
});

describe('a key file', () => {
  it('is made for its owner alone, and replaces nothing', async () => {
    const { path } = await place();
    await createKeyFile(path('new'));
    expect(await codeOf(createKeyFile(path('new')))).toBe('InvalidAuditKey');
    expect(await codeOf(createKeyFile(path('no/such/directory')))).toBe('InvalidAuditKey');
  });

  it.each([
    ['others can read', (file: string) => chmod(file, 0o640)],
    ['others can write', (file: string) => chmod(file, 0o602)],
    ['holds something else', (file: string) => writeFile(file, 'hello')],
    ['holds too much', (file: string) => writeFile(file, 'x'.repeat(10_000))],
    ['is gone', (file: string) => rm(file)],
    ['is a directory', (file: string) => rm(file).then(() => mkdir(file, { mode: 0o700 }))],
    ['leads nowhere', (file: string) => rm(file).then(() => symlink('/no/such/file', file))],
  ])('that %s is refused, and nothing of it is told', async (_what, spoil) => {
    const { open, keyFile } = await place();
    const secret = (await readFile(keyFile, 'utf8')).split('\n')[1] as string;
    const engine = await open();
    await engine.keyValues.set('a', '1');
    await spoil(keyFile);
    const error = await engine.audit.seal().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'InvalidAuditKey' });
    expect(JSON.stringify(error) + String(error)).not.toContain(secret);
  });

  it('of another log is refused, and so is none', async () => {
    const { open, path, log } = await place();
    const engine = await open();
    await engine.keyValues.set('a', '1');
    await engine.audit.seal();
    await engine.close();
    await createKeyFile(path('other'));
    const other = await open({ keyFile: path('other') });
    await other.keyValues.set('a', '2');
    expect(await codeOf(other.audit.seal())).toBe('InvalidAuditKey');
    const none = await openAudited(log);
    onTestFinished(() => none.close());
    expect(await codeOf(none.audit.seal())).toBe('InvalidAuditKey');
  });
});

describe('rotating the key', () => {
  it('needs both keys, and the record verifies with the first and with the second', async () => {
    const { open, path, keyFile } = await place();
    const engine = await open();
    await engine.keyValues.set('a', '1');
    expect(await codeOf(engine.audit.rotateKey(keyFile))).toBe('NotSealed');
    await engine.audit.seal();
    const first = (await engine.audit.key()) ?? '';
    await createKeyFile(path('second'));
    const second = await engine.audit.rotateKey(path('second'), { reason: 'yearly' });
    expect(await codeOf(engine.audit.seal())).toBe('InvalidAuditKey');
    expect(await codeOf(engine.audit.rotateKey(path('third')))).toBe('InvalidAuditKey');
    await engine.close();
    const next = await open({ keyFile: path('second') });
    expect(await codeOf(next.audit.verify({ key: second }))).toBe('RecordBroken');
    await next.audit.seal();
    expect(await next.audit.verify({ key: first })).toMatchObject({ keys: [first, second], checkpoints: 2 });
    expect(await next.audit.verify({ key: second })).toMatchObject({ keys: [first, second], checkpoints: 2 });
    // What it has already changes nothing.
    const { position } = await next.view();
    expect(await next.audit.rotateKey(path('second'))).toBe(second);
    expect((await next.view()).position).toBe(position);
  });
});
