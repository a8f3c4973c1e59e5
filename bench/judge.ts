import { type Aim, type Bound, figure, isWithin, type Measure, type Round } from './measure.ts';
import type { Size } from './size.ts';
import { median } from './statistics.ts';

export interface Result {
  readonly measure: Measure;
  readonly aim: Aim;
  /** What was measured, in words. */
  readonly title: string;
  /** `null` where cinderlib is needed and not installed. */
  readonly measured: {
    readonly own: number;
    readonly other: number;
    readonly ratio: number;
    readonly spread: readonly [least: number, most: number];
    readonly bound: Bound | undefined;
    readonly reached: boolean | undefined;
  } | null;
}

/** Which bounds hold, and how the lines are named. */
export interface Judgement {
  readonly size: Size;
  readonly bounds: 'aims' | 'ruin';
}

/** What the rounds say of an aim: the medians, and the median of the rounds' ratios. */
export const judge = (measure: Measure, aim: Aim, rounds: readonly Round[], { size, bounds }: Judgement): Result => {
  const title = (aim.title ?? measure.title)(size);
  const bound = bounds === 'aims' ? aim.bound : aim.ruin;
  const needed = [aim.to[0], ...(aim.needs ?? [])];
  if (!rounds.every((round) => needed.every((subject) => subject in round))) {
    return { measure, aim, title, measured: null };
  }
  const medianOf = ([subject, name]: readonly [string, string]): number =>
    median(rounds.map((round) => figure(round, subject, name)));
  const ratios = rounds.map(aim.ratio);
  const ratio = median(ratios);
  return {
    measure,
    aim,
    title,
    measured: {
      own: medianOf(aim.own ?? measure.own),
      other: medianOf(aim.to),
      ratio,
      spread: [Math.min(...ratios), Math.max(...ratios)],
      bound,
      reached: bound && isWithin(ratio, bound),
    },
  };
};
