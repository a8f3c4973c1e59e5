import type { UnreadableSecrets } from '../index.ts';
import { printable } from './printable.ts';

/** So many streams are named in text; JSON has them all. */
const MOST_NAMED = 10;

const REASONS = { missing: 'its key was never here', destroyed: 'its key was destroyed' } as const;

const reasonOf = ({ reason, problem }: UnreadableSecrets): string =>
  reason === 'unavailable' ? (problem ?? 'its key cannot be had') : REASONS[reason];

/** Lines about the secrets that do not open here; none where all do. */
export const unreadableLines = (unreadable: readonly UnreadableSecrets[]): readonly string[] => {
  if (unreadable.length === 0) return [];
  const named = unreadable.slice(0, MOST_NAMED).map((one) => `  ${printable(one.stream)}: ${printable(reasonOf(one))}`);
  const others = unreadable.length - named.length;
  return [
    `with this key store, secrets of ${unreadable.length} ${unreadable.length === 1 ? 'stream' : 'streams'} cannot be read:`,
    ...named,
    ...(others > 0 ? [`  and ${others} more, which --json names`] : []),
  ];
};
