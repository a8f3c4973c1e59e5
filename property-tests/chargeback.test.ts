import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { type BillLine, billOf } from '../examples/chargeback/bill.ts';
import chargeback from '../examples/chargeback/chargeback.ts';
import { createMemoryLog } from '../src/eventlog/memory.ts';
import type { Engine, ScoriaEvent } from '../src/index.ts';
import { openHouse } from './model/house.ts';
import { law } from './model/runs.ts';
import { anySteps, take } from './model/steps.ts';

const START = Date.UTC(2026, 0, 30);
const DAY_MS = 86_400_000;

/** A clock that goes on by these amounts in turn; now and then by a month, or not at all. */
const clockOf = (amounts: readonly number[]) => {
  let at = START;
  let turn = 0;
  return () => {
    at += amounts[turn % amounts.length] ?? 0;
    turn += 1;
    return new Date(at);
  };
};
const amounts = fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 1_000 }), fc.nat({ max: 40 * DAY_MS })), {
  minLength: 1,
  maxLength: 20,
});

interface Piece {
  readonly kind: 'volume' | 'snapshot';
  readonly project: string;
  readonly gib: bigint;
  readonly from: number;
  readonly to: number;
}

/** The spans in which something had one size, from the events of one stream. */
const piecesOf = (events: readonly ScoriaEvent[], until: number): readonly Piece[] => {
  const pieces: Piece[] = [];
  const live = new Map<string, Omit<Piece, 'to'>>();
  const asked = new Map<string, Omit<Piece, 'from' | 'to'>>();
  const stop = (id: string, to: number): Omit<Piece, 'to'> | undefined => {
    const piece = live.get(id);
    if (piece !== undefined) pieces.push({ ...piece, to });
    live.delete(id);
    return piece;
  };
  const start = (id: string, from: number): void => {
    const piece = asked.get(id);
    if (piece !== undefined) live.set(id, { ...piece, from });
  };
  for (const event of events) {
    const at = Date.parse(event.meta.at);
    if (event.type === 'VolumeCreationRequested') {
      const { project_id: project, size } = event.data.volume;
      asked.set('volume', { kind: 'volume', project, gib: BigInt(size) });
    } else if (event.type === 'SnapshotCreationRequested') {
      const { id, project_id: project, volume_size } = event.data.snapshot;
      asked.set(id, { kind: 'snapshot', project, gib: BigInt(volume_size) });
    } else if (event.type === 'VolumeCreated') start('volume', at);
    else if (event.type === 'SnapshotCreated') start(event.data.snapshot_id, at);
    else if (event.type === 'VolumeDeleted') stop('volume', at);
    else if (event.type === 'SnapshotDeleted') stop(event.data.snapshot_id, at);
    else if (event.type === 'VolumeExtended') {
      const piece = stop('volume', at);
      if (piece !== undefined) live.set('volume', { ...piece, gib: BigInt(event.data.size), from: at });
    }
  }
  for (const id of [...live.keys()]) stop(id, until);
  return pieces;
};

/** Every month against every span: slow, and plain to see. In GiB-milliseconds. */
const naiveUsage = (events: readonly ScoriaEvent[], until: number): ReadonlyMap<string, bigint> => {
  const streams = Map.groupBy(events, ({ stream }) => stream);
  const pieces = [...streams.values()].flatMap((own) => piecesOf(own, until));
  const usage = new Map<string, bigint>();
  for (let month = 0; Date.UTC(2026, month) < until; month += 1) {
    const [begin, end] = [Date.UTC(2026, month), Date.UTC(2026, month + 1)];
    for (const { kind, project, gib, from, to } of pieces) {
      const ms = Math.min(to, end) - Math.max(from, begin);
      if (ms <= 0) continue;
      const key = `${new Date(begin).toISOString().slice(0, 7)} ${project} ${kind}`;
      usage.set(key, (usage.get(key) ?? 0n) + gib * BigInt(ms));
    }
  }
  return usage;
};

const gibMs = (seconds: string): bigint => BigInt(seconds.replace('.', ''));

const usageOf = (lines: readonly BillLine[]): ReadonlyMap<string, bigint> =>
  new Map(
    lines
      .flatMap(({ month, project, volume_gib_seconds, snapshot_gib_seconds }): [string, bigint][] => [
        [`${month} ${project} volume`, gibMs(volume_gib_seconds)],
        [`${month} ${project} snapshot`, gibMs(snapshot_gib_seconds)],
      ])
      .filter(([, amount]) => amount > 0n),
  );

const rowsOf = async (engine: Engine, at?: bigint) => (await engine.view(at)).projection(chargeback);

describe('chargeback', () => {
  law(
    'is the integral of sizes over time, in every month and for every project, at every position',
    100,
    fc.asyncProperty(anySteps, amounts, fc.nat({ max: 60 * DAY_MS }), async (steps, ticks, later) => {
      const now = clockOf(ticks);
      await using house = await openHouse(createMemoryLog(), { now, projections: [chargeback] });
      for (const index of steps.keys()) {
        await take(house, steps, index);
        // Read after every step: the rows come about in pieces.
        await rowsOf(house.engine);
      }
      const { engine } = house;
      const events = await Array.fromAsync((await engine.view()).events());
      const head = events.at(-1);
      const middle = events[Math.floor(events.length / 2)];
      for (const last of [middle, head]) {
        if (last === undefined) continue;
        const until = new Date(Date.parse(last.meta.at) + later);
        const seen = events.filter(({ position }) => position <= last.position);
        const bill = billOf(await rowsOf(engine, last.position), until);
        expect(usageOf(bill)).toEqual(naiveUsage(seen, until.getTime()));
      }
      expect(await rowsOf(engine)).toEqual(await rowsOf(engine, head?.position));
    }),
  );
});
