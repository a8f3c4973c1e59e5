import { execFileSync } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import { countPrograms } from './started-programs.ts';
import { median } from './statistics.ts';

/** What is done to one volume of 1 GiB, from its creation to its end. */
export type Life<Operation extends string> = Readonly<Record<Operation, () => unknown>>;

/** How many pairs of intent and outcome each operation records, in the order in which they are done. */
export type Pairs<Operation extends string> = Readonly<Record<Operation, number>>;

/** Milliseconds of one round, by operation. */
export type Round<Operation extends string> = Readonly<Record<Operation, number>>;

export interface Measured<Operation extends string> {
  readonly rounds: readonly Round<Operation>[];
  /** How many programs the last round started, by operation. */
  readonly programs: Round<Operation>;
}

const PEER = 'bench/cinderlib/lives.py';

const operationsOf = <Operation extends string>(life: Readonly<Record<Operation, unknown>>): readonly Operation[] =>
  Object.keys(life) as Operation[];

/** Lives so many lives, and one before: it loads what the others find. */
export const measured = async <Operation extends string>(
  rounds: number,
  begin: () => Life<Operation>,
): Promise<Measured<Operation>> => {
  const lived: Measured<Operation>[] = [];
  for (let round = 0; round <= rounds; round += 1) lived.push(await once(begin()));
  const { programs } = lived.at(-1) as Measured<Operation>;
  return { rounds: lived.slice(1).flatMap((one) => one.rounds), programs };
};

const once = async <Operation extends string>(life: Life<Operation>): Promise<Measured<Operation>> => {
  const times: Partial<Record<Operation, number>> = {};
  const programs: Partial<Record<Operation, number>> = {};
  for (const operation of operationsOf(life)) {
    const counted = countPrograms();
    const start = performance.now();
    await life[operation]();
    times[operation] = performance.now() - start;
    programs[operation] = counted();
  }
  return { rounds: [times as Round<Operation>], programs: programs as Round<Operation> };
};

interface Peer<Operation extends string> {
  /** `module.Class` of Cinder. */
  readonly driver: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly pairs: Pairs<Operation>;
  readonly rounds: number;
}

/** Lives the same lives through the real cinderlib; `null` where a variable says nothing of where it is. */
export const cinderlibRounds = <Operation extends string>({
  pairs,
  ...given
}: Peer<Operation>): readonly Round<Operation>[] | null => {
  if (process.env.PYTHONPATH === undefined) return null;
  const asked = JSON.stringify({ ...given, operations: operationsOf(pairs) });
  const answer = execFileSync('/usr/bin/python3', ['-W', 'ignore', PEER, asked], { encoding: 'utf8' });
  return JSON.parse(answer) as Round<Operation>[];
};

/** The least that two durable records cost in a new database at this path: milliseconds. */
export const pairOfCommits = (path: string): number => {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (body TEXT NOT NULL) STRICT');
  const insert = database.prepare('INSERT INTO rows VALUES (?)');
  const pairs = Array.from({ length: 50 }, () => {
    const start = performance.now();
    for (const _ of 'ab') insert.run('x'.repeat(950));
    return performance.now() - start;
  });
  database.close();
  return median(pairs);
};

interface Compared<Operation extends string> {
  readonly scoria: Measured<Operation>;
  readonly bare: Measured<Operation>;
  /** `null`: not installed. */
  readonly cinderlib: readonly Round<Operation>[] | null;
  readonly pairs: Pairs<Operation>;
  readonly pairMs: number;
}

const HEADS = [
  'operation',
  'Scoria, ms',
  'bare, ms',
  'ratio beyond commits',
  'cinderlib, ms',
  'times',
  'programs',
  'bare',
];

/** A Markdown table, a line per operation. */
export const tableOf = <Operation extends string>(compared: Compared<Operation>): string => {
  const { scoria, bare, cinderlib, pairs, pairMs } = compared;
  const middle = (rounds: readonly Round<Operation>[], operation: Operation): number =>
    median(rounds.map((round) => round[operation]));
  const rows = operationsOf(pairs).map((operation) => {
    const [own, least] = [middle(scoria.rounds, operation), middle(bare.rounds, operation)];
    const theirs = cinderlib === null ? null : middle(cinderlib, operation);
    const beyond = (own - pairs[operation] * pairMs) / least;
    return [
      operation,
      own.toFixed(0),
      least.toFixed(0),
      beyond.toFixed(2),
      theirs?.toFixed(0) ?? '',
      theirs === null ? '' : (theirs / own).toFixed(1),
      scoria.programs[operation],
      bare.programs[operation],
    ];
  });
  return [HEADS, HEADS.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
};
