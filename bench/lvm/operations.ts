import { countPrograms } from './programs.ts';

export const OPERATIONS = ['create', 'snapshot', 'delete snapshot', 'attach', 'detach', 'delete'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** How many pairs of intent and outcome an operation records: attaching is connecting and attaching the device. */
export const PAIRS: Readonly<Record<Operation, number>> = {
  create: 1,
  snapshot: 1,
  'delete snapshot': 1,
  attach: 3,
  detach: 3,
  delete: 1,
};

/** Milliseconds of one round, by operation. */
export type Round = Readonly<Record<Operation, number>>;

export interface Measured {
  readonly rounds: readonly Round[];
  /** How many programs the last round started, by operation. */
  readonly programs: Round;
}

/** What is done to one volume of 1 GiB, from its creation to its end. */
export type Life = Readonly<Record<Operation, () => unknown>>;

/** Lives so many lives, and one before: it loads what the others find. */
export const measured = async (rounds: number, begin: () => Life): Promise<Measured> => {
  const lived: Measured[] = [];
  for (let round = 0; round <= rounds; round += 1) lived.push(await once(begin()));
  return { rounds: lived.slice(1).flatMap((one) => one.rounds), programs: (lived.at(-1) as Measured).programs };
};

const once = async (life: Life): Promise<Measured> => {
  const times: Partial<Record<Operation, number>> = {};
  const programs: Partial<Record<Operation, number>> = {};
  for (const operation of OPERATIONS) {
    const counted = countPrograms();
    const start = performance.now();
    await life[operation]();
    times[operation] = performance.now() - start;
    programs[operation] = counted();
  }
  return { rounds: [times as Round], programs: programs as Round };
};
