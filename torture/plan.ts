import { Drawn } from './drawn.ts';
import type { Point } from './labels.ts';

/** How a process ends: by itself at a point, after it stood still at one, or whenever its time is over. */
export type Death =
  | { readonly kind: 'at a point'; readonly point: Point; readonly nth: number }
  | { readonly kind: 'stopped'; readonly point: Point; readonly lifeMs: number }
  | { readonly kind: 'at any time'; readonly lifeMs: number };

/** Deaths that come one after the other, whatever happens beside them. */
export type Lot = readonly Death[];

/** The longest that a process lives that is killed at any time, after it has begun to work. */
const LIFE_MS = 120;
/** One in so many deaths is that of a process that stood still before. */
const STOPS = 15;

/** Of few deaths, so many are at points. */
const AT_POINTS = 2 / 3;

/** Of the lots, taken by chance, as many as have no more than so many deaths. */
const someOf = (lots: readonly Lot[], deaths: number, drawn: Drawn): readonly Lot[] => {
  let left = deaths;
  return drawn.shuffled(lots).filter((lot) => {
    left -= lot.length;
    return left >= 0;
  });
};

/**
 * Every point at least once, and in between deaths at any time: `kills` of them, as far as lots are whole. Fewer kills than
 * there are points reach some of the points.
 */
export const planOf = (points: readonly Point[], kills: number, seed: number): readonly Lot[] => {
  const drawn = new Drawn(seed, 'plan');
  const known = new Map(points.map((point) => [point.name, point]));
  const at = (point: Point): Death => ({ kind: 'at a point', point, nth: 1 + drawn.number(point.atMost) });
  const lotOf = (point: Point): Lot => {
    const before = point.afterDeathAt === null ? undefined : known.get(point.afterDeathAt);
    return before === undefined ? [at(point)] : [{ kind: 'at a point', point: before, nth: 1 }, at(point)];
  };
  const anyTime = (): Lot => [{ kind: 'at any time', lifeMs: drawn.number(LIFE_MS) }];

  const freeing = points.filter(({ afterDeathAt, freesTheLog }) => afterDeathAt === null && freesTheLog);
  const stopped = (): Lot => [
    { kind: 'stopped', point: drawn.one(freeing as [Point, ...Point[]]), lifeMs: drawn.number(LIFE_MS) },
  ];

  const everyPoint = points.map(lotOf);
  const atPoints =
    kills < everyPoint.flat().length ? someOf(everyPoint, Math.floor(kills * AT_POINTS), drawn) : everyPoint;
  const left = kills - atPoints.flat().length;
  const lots = [...atPoints, ...Array.from({ length: Math.min(left, Math.ceil(kills / STOPS)) }, stopped)];
  for (let count = lots.flat().length; count < kills; count += lots.at(-1)?.length ?? 1) {
    const lot = drawn.number(3) === 0 ? lotOf(drawn.one(points as [Point, ...Point[]])) : anyTime();
    lots.push(count + lot.length > kills ? anyTime() : lot);
  }
  return drawn.shuffled(lots);
};
