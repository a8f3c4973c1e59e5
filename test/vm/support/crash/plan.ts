import { Drawn } from '../../../../torture/drawn.ts';
import type { Passing } from './deaths.ts';

/** They change nothing, so that a death at one of them finds what a death before or after finds. */
const PROGRAMS_THAT_LOOK = ['lvs', 'lvm', 'vgs', 'pvs', 'blockdev', 'findmnt', 'grep', 'modprobe', 'udevadm'];
const isOfALook = ({ point }: Passing): boolean => {
  const [, program = ''] = /^program (\S+):/.exec(point) ?? [];
  return PROGRAMS_THAT_LOOK.includes(program);
};

/** Of the steps of the log there are other tests, and a driver is set up in every command. */
const LEFT_OUT = /^append |between its rows|catch-up|^driver setup/;

/** After one step is before the next: both find the same, so that one of them will do. */
const isRepetition = ({ point }: Passing, index: number, passings: readonly Passing[]): boolean =>
  / before$/.test(point) && index > 0 && !/while it runs|during/.test(passings[index - 1]?.point ?? '');

/** So many of those that find different things, drawn by chance and in their order. */
export const somePassings = (passings: readonly Passing[], count: number, seed: string): readonly Passing[] => {
  const telling = passings.filter((passing) => !LEFT_OUT.test(passing.point) && !isOfALook(passing));
  const different = telling.filter((passing, index) => !isRepetition(passing, index, telling));
  const chosen = new Set(new Drawn(seed).shuffled(different).slice(0, count));
  return different.filter((passing) => chosen.has(passing));
};
