import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createEngine, type Engine, silentLogger } from '../../../src/index.ts';
import { Drawn } from '../../../torture/drawn.ts';
import { LOGS, type TorturedLog } from '../../../torture/logs/logs.ts';
import { opened } from '../../../torture/logs/open.ts';
import { Shell } from '../../cli/scoria.ts';
import { PASSWORD, PASSWORD_VARIABLE } from '../sql/test-server.ts';
import { startedLog } from './started.ts';

const KILLS = 6;
const MOST_LINES = 25;
const LONGEST_START_MS = 1_500;

interface Seen {
  readonly id: string;
  readonly position: number;
}

const shell = new Shell();

const engineOn = async (log: TorturedLog): Promise<Engine> => {
  const engine = await createEngine({ ...(await opened(log, { ifMissing: 'create' })), logger: silentLogger });
  onTestFinished(() => engine.close());
  return engine;
};

/** Follows after the last event that was seen, until `enough` of them came, and is killed then. */
const follow = async ({ log }: TorturedLog, seen: Seen[], enough: (count: number) => boolean, withinMs?: number) => {
  const args = ['events', 'follow', '--after', String(seen.at(-1)?.position ?? 0), '--json', '--log', log];
  const child = shell.start(args, { [PASSWORD_VARIABLE]: PASSWORD });
  child.stderr.resume();
  const ended = new Promise((resolve) => child.once('close', resolve));
  if (withinMs !== undefined) void sleep(withinMs).then(() => child.kill('SIGKILL'));
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    // The last one of whoever was killed may be cut off.
    if (!line.endsWith('}')) break;
    seen.push(JSON.parse(line));
    count += 1;
    if (enough(count)) break;
  }
  child.kill('SIGKILL');
  await ended;
};

test.each(Object.keys(LOGS))(
  'a follower on %s that is killed and started again, as its server is, misses nothing and sees nothing twice',
  async (kind) => {
    const log = await startedLog(kind);
    const engine = await engineOn(log);
    const drawn = new Drawn('followers', kind);
    const trouble = log.trouble();
    let isWriting = true;
    const writing = (async () => {
      for (let value = 0; isWriting; value += 1) await engine.keyValues.set('key', String(value));
    })();
    const seen: Seen[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const lines = drawn.number(MOST_LINES);
      const withinMs = kill % 2 === 0 ? undefined : drawn.number(LONGEST_START_MS);
      await follow(log, seen, (count) => count >= lines, withinMs);
    }
    isWriting = false;
    await writing;
    await trouble.ended();
    const events = await Array.fromAsync((await engine.view()).events());
    const last = events.at(-1)?.id;
    while (seen.at(-1)?.id !== last) await follow(log, seen, () => seen.at(-1)?.id === last);
    expect(seen.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  },
);
