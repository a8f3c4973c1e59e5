import { createHash } from 'node:crypto';
import type { Engine } from '../../library/engine.ts';
import { toLine } from '../history.ts';
import { asDocument, VOLUME_COLUMNS } from '../shown.ts';
import { type Document, table } from '../table.ts';
import { NotAsClaimed } from './bytes.ts';
import type { Say } from './quickstart.ts';
import type { Moment } from './tour.ts';

export interface LookBack {
  /** What was recorded of the first volume, in words. */
  readonly history: readonly string[];
  readonly position_then: string;
  readonly volumes_then: readonly Document[];
  readonly volumes_now: readonly Document[];
  readonly dump_sha256: string;
  /** The dump of now, and that of then, each against a replay from the first event. */
  readonly dump_equals_replay: true;
}

interface Marks {
  /** The position at which the quickstart began. */
  readonly before: bigint;
  readonly during: Moment;
  readonly volumeId: string;
}

/** The second half of the quickstart: what the record knows of the first. */
export const lookBack = async (engine: Engine, marks: Marks, say: Say): Promise<LookBack> => {
  const history = await tellHistory(engine, marks, say);
  const then = (await engine.view(marks.during.position)).volumes().map(asDocument);
  const now = (await engine.view()).volumes().map(asDocument);
  await say(`\nThe volumes at position ${marks.during.position}, by replay:`);
  await say(table(then, VOLUME_COLUMNS));
  await say(`The volumes now: ${now.length === 0 ? 'none' : `\n${table(now, VOLUME_COLUMNS)}`}`);
  if (then.every(({ id }) => id !== marks.volumeId)) throw new NotAsClaimed('the replay does not show the volume');
  const dump = await compareDumps(engine, marks.during, say);
  return {
    history,
    position_then: String(marks.during.position),
    volumes_then: then,
    volumes_now: now,
    dump_sha256: createHash('sha256').update(dump).digest('hex'),
    dump_equals_replay: true,
  };
};

const tellHistory = async (engine: Engine, { before, volumeId }: Marks, say: Say): Promise<readonly string[]> => {
  const words: string[] = [];
  await say(`\nWho did what to volume ${volumeId}:`);
  for await (const entry of (await engine.view()).history(volumeId)) {
    if (entry.position <= before) continue;
    words.push(entry.words);
    await say(toLine(entry));
  }
  if (words.length === 0) throw new NotAsClaimed('the history of the volume is empty');
  return words;
};

const compareDumps = async (engine: Engine, during: Moment, say: Say): Promise<string> => {
  const living = await engine.view();
  const dump = await living.dump();
  const replayed = await (await engine.view(living.position)).dump();
  if (dump !== replayed) throw new NotAsClaimed('the dump of now differs from the replay');
  const replayedThen = await (await engine.view(during.position)).dump();
  if (during.dump !== replayedThen) throw new NotAsClaimed('the dump of then differs from the replay to then');
  await say(`\nThe dump of now:\n${JSON.stringify(JSON.parse(dump), null, 2)}`);
  await say('It equals the replay of every event, byte for byte; so does the dump that was taken while attached.');
  return dump;
};
