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

/** Every point at least once, and in between deaths at any time: `kills` of them, as far as lots are whole. */
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
  const least = everyPoint.flat().length;
  if (kills < least) throw new RangeError(`${least} kills are the least: there are ${points.length} points`);
  const lots = [...everyPoint, ...Array.from({ length: Math.min(kills - least, Math.ceil(kills / STOPS)) }, stopped)];
  for (let count = lots.flat().length; count < kills; count += lots.at(-1)?.length ?? 1) {
    const lot = drawn.number(3) === 0 ? lotOf(drawn.one(points as [Point, ...Point[]])) : anyTime();
    lots.push(count + lot.length > kills ? anyTime() : lot);
  }
  return drawn.shuffled(lots);
};
