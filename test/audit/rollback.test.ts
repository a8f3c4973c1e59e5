import { copyFile, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AuditOptions, Engine } from '../../src/index.ts';
import { createKeyFile } from '../../src/library/audit/key-file.ts';
import { openAudited, scratch } from './sealed-log.ts';

/** A sealed log, and the copy of it that was made before its last events. */
const withBackup = async () => {
  const files = await scratch();
  onTestFinished(() => files[Symbol.asyncDispose]());
  const [keyFile, notesDirectory, log, backup] = ['key', 'notes', 'log.db', 'backup.db'].map(files.path) as [
    string,
    string,
    string,
    string,
  ];
  await createKeyFile(keyFile);
  const open = async (file = log, audit: AuditOptions = {}): Promise<Engine> => {
    const engine = await openAudited(file, { audit: { keyFile, notesDirectory, ...audit } });
    onTestFinished(() => engine.close());
    return engine;
  };
  const live = async (file: string, values: readonly string[]): Promise<void> => {
    const engine = await open(file);
    for (const value of values) await engine.keyValues.set('a', value);
    await engine.audit.seal();
    await engine.close();
  };
  await live(log, ['1', '2']);
  await copyFile(log, backup);
  await live(log, ['3', '4']);
  return { files, open, log, backup, notesDirectory, keyFile };
};

const refusal = (work: Promise<Engine>) =>
  work.then(
    () => 'it was opened',
    (error: { readonly code?: string }) => error.code,
  );

describe('a log that is opened', () => {
  it('holds the newest note, also when nobody else has closed it', async () => {
    const { open } = await withBackup();
    const first = await open();
    await first.keyValues.set('a', '5');
    await first.audit.seal();
    expect(await (await open()).keyValues.get('a')).toBe('5');
  });

  it('is refused when it is an older copy', async () => {
    const { open, backup } = await withBackup();
    await expect(open(backup)).rejects.toMatchObject({
      code: 'LogRolledBack',
      remedy: expect.stringContaining('scoria audit accept'),
    });
  });

  it('is refused when it is an older copy that went on elsewhere, longer than the note', async () => {
    const { open, backup, files } = await withBackup();
    const elsewhere = await open(backup, { notesDirectory: files.path('other-notes') });
    for (let index = 0; index < 20; index += 1) await elsewhere.keyValues.set('b', String(index));
    await elsewhere.audit.seal();
    await elsewhere.close();
    expect(await refusal(open(backup))).toBe('LogRolledBack');
  });

  it('is refused when it is a new one under old notes', async () => {
    const { open, files } = await withBackup();
    expect(await refusal(open(files.path('new.db')))).toBe('LogRolledBack');
    expect(await refusal(open(':memory:'))).toBe('LogRolledBack');
  });

  it.each<[string, (wal: Buffer) => Buffer]>([
    ['is gone', () => Buffer.alloc(0)],
    ['is damaged in its middle', (wal) => wal.fill(0xab, wal.length / 2, wal.length / 2 + 1)],
  ])('is refused when its write-ahead log %s: SQLite would take what follows for torn off', async (_, damage) => {
    const { open, files, log } = await withBackup();
    const living = await open();
    for (let index = 0; index < 9; index += 1) await living.keyValues.set('a', String(index));
    await living.audit.seal();
    const copy = files.path('copy.db');
    await copyFile(log, copy);
    await writeFile(`${copy}-wal`, damage(await readFile(`${log}-wal`)));
    expect(await refusal(open(copy))).toBe('LogRolledBack');
  });

  it('is taken when its last note was not written: its process died before', async () => {
    const { open, notesDirectory, log } = await withBackup();
    const [, newest] = (await readdir(notesDirectory)).toSorted();
    await rm(join(notesDirectory, newest as string));
    expect(await refusal(open(log))).toBe('it was opened');
  });

  it('is refused when a note is not what its name says', async () => {
    const { open, notesDirectory } = await withBackup();
    const [older = '', newest = ''] = (await readdir(notesDirectory)).toSorted();
    await rename(join(notesDirectory, older), join(notesDirectory, newest));
    expect(await refusal(open())).toBe('InvalidNote');
    await writeFile(join(notesDirectory, newest), 'nothing');
    expect(await refusal(open())).toBe('InvalidNote');
  });
});

describe('a rollback', () => {
  it('that is accepted is on the record, and the log goes on under another origin', async () => {
    const { open, backup, notesDirectory } = await withBackup();
    const looking = await open(backup, { ifRolledBack: 'open' });
    const before = await looking.audit.key();
    const { origin, key } = await looking.audit.acceptRollback({ reason: 'disk lost' });
    expect(key).not.toBe(before);
    await looking.close();

    const engine = await open(backup);
    await engine.keyValues.set('a', 'after');
    expect(await engine.audit.seal()).toMatchObject({ origin });
    const verified = await engine.audit.verify({ key: before ?? '' });
    expect(verified).toMatchObject({
      keys: [before, key],
      notes: { held: 2, abandoned: 1 },
      rollbacks: [{ user: 'ada', project: 'mail', reason: 'disk lost', size: 6 }],
    });
    const lost = (await readdir(notesDirectory)).toSorted();
    expect(lost).toHaveLength(3);
    await engine.close();
    expect(await refusal(open(backup))).toBe('it was opened');
  });

  it('is found again when it happens again', async () => {
    const { open, backup, files } = await withBackup();
    await copyFile(backup, files.path('older.db'));
    const looking = await open(backup, { ifRolledBack: 'open' });
    await looking.audit.acceptRollback({ reason: 'first' });
    await looking.audit.seal();
    await looking.close();
    expect(await refusal(open(files.path('older.db')))).toBe('LogRolledBack');
    const again = await open(files.path('older.db'), { ifRolledBack: 'open' });
    await again.audit.acceptRollback({ reason: 'second' });
    await again.audit.seal();
    await again.close();
    expect(await refusal(open(backup))).toBe('LogRolledBack');
    expect(await refusal(open(files.path('older.db')))).toBe('it was opened');
  });

  it('of everything is accepted too', async () => {
    const { open, files } = await withBackup();
    const looking = await open(files.path('new.db'), { ifRolledBack: 'open' });
    await looking.audit.acceptRollback({ reason: 'begun anew' });
    await looking.audit.seal();
    await looking.close();
    const engine = await open(files.path('new.db'));
    expect(await engine.audit.verify()).toMatchObject({ notes: { held: 1, abandoned: 2 } });
  });

  it('does not make a note that the auditor trusts hold', async () => {
    const { open, backup, log } = await withBackup();
    const last = await (await open(log)).audit.seal();
    const looking = await open(backup, { ifRolledBack: 'open' });
    await looking.audit.acceptRollback({ reason: 'disk lost' });
    const notes = [{ name: 'trusted.note', note: last.note, isTrusted: true }];
    await expect(looking.audit.verify({ notes })).rejects.toMatchObject({
      code: 'RecordBroken',
      message: expect.stringContaining('the end was cut off'),
    });
  });

  it('is not accepted where there is none', async () => {
    const { open } = await withBackup();
    await expect((await open()).audit.acceptRollback({ reason: 'no' })).rejects.toMatchObject({
      code: 'NothingToAccept',
    });
  });
});

describe('an export that is loaded', () => {
  it('is the same record, and goes on under the same origin', async () => {
    const { open, log, files } = await withBackup();
    const from = await open(log);
    const copy = await openAudited(files.path('copy.db'));
    await copy.load((await from.view()).exportEvents());
    await copy.close();
    const engine = await open(files.path('copy.db'));
    await engine.keyValues.set('a', '5');
    const sealed = await engine.audit.seal();
    expect(sealed.origin).toBe((await from.audit.key())?.split('+')[0]);
    expect(await engine.audit.verify()).toMatchObject({ checkpoints: 3, notes: { held: 3, abandoned: 0 } });
  });
});
