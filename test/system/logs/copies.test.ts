import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createEngine, silentLogger } from '../../../src/index.ts';
import { createKeyFile } from '../../../src/library/audit/key-file.ts';
import { openStorage } from '../../../src/library/storage.ts';
import { type LogPlace, opened } from '../../../torture/logs/open.ts';
import { Shell } from '../../cli/scoria.ts';
import { PASSWORD, PASSWORD_VARIABLE } from '../sql/test-server.ts';
import { startedLog } from './started.ts';

const EVENTS = 1_500;
const KILLS = 2;

const shell = new Shell();
const env = { [PASSWORD_VARIABLE]: PASSWORD };

const openedLog = async (place: LogPlace) => {
  const storage = await openStorage({ ...(await opened(place, { ifMissing: 'create' })), projections: [] });
  onTestFinished(() => storage.close());
  return storage.log;
};

/** Copies, and is killed as soon as anything more of the copy is there. */
const copyAndDie = async (from: LogPlace, to: LogPlace): Promise<void> => {
  const target = await openedLog(to);
  const aborting = new AbortController();
  const next = target
    .subscribe({ after: await target.head(), signal: aborting.signal })
    [Symbol.asyncIterator]()
    .next();
  const child = shell.start(['log', 'copy', from.log, to.log], env);
  child.stdout.resume();
  child.stderr.resume();
  const ended = once(child, 'close');
  await Promise.race([next, ended]);
  child.kill('SIGKILL');
  await ended;
  aborting.abort();
  await next;
};

test('a copy from each kind of log to the next that is killed again and again goes on, and the notes prove it', async () => {
  const first = await startedLog('sqlite');
  const audit = { keyFile: shell.path('audit-key'), notesDirectory: shell.path('notes') };
  await createKeyFile(audit.keyFile);
  const engine = await createEngine({ log: first.log, audit, logger: silentLogger });
  const all = Array.from({ length: EVENTS }, (_, index) => engine.keyValues.set(`key-${index % 50}`, String(index)));
  await Promise.all(all);
  await engine.audit.seal();
  await engine.close();

  let from: LogPlace = first;
  for (const kind of ['postgresql', 'mariadb', 'eventstoredb', 'sqlite']) {
    const to = await startedLog(kind);
    for (let kill = 0; kill < KILLS; kill += 1) await copyAndDie(from, to);
    const copied = await shell.run(['log', 'copy', from.log, to.log, '--json'], { env });
    expect(copied.stderr).toBe('');
    const { found, copied: more } = JSON.parse(copied.stdout);
    expect(found).toBeGreaterThan(0);
    const checked = await shell.run(['log', 'check', from.log, to.log, '--json'], { env });
    expect(JSON.parse(checked.stdout)).toEqual({ same: found + more, one: null, other: null });
    const moved = await createEngine({
      ...(await opened(to, { ifMissing: 'refuse' })),
      keyStore: `${first.log}.keys`,
      projectionDirectory: join(to.state, 'projections'),
      audit,
      logger: silentLogger,
    });
    expect(await moved.audit.verify()).toMatchObject({ checkpoints: 1, notes: { held: 1 } });
    await moved.close();
    from = to;
  }
});
