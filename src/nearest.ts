/** How many letters must be put in, taken out or changed to turn one word into the other (Levenshtein). */
const distance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const changed = (row[column - 1] ?? 0) + (to[column - 1] === letter ? 0 : 1);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
};

const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_. ]/g, '');

/** The candidate that was probably meant by `word`; `undefined` when none resembles it. */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  // A long word is not a misspelt name, and its distance would be costly.
  if (word.length > 64) return undefined;
  const most = Math.max(2, Math.floor(word.length / 3));
  return [...candidates]
    .map((candidate) => ({ candidate, steps: distance(plain(word), plain(candidate)) }))
    .filter(({ candidate, steps }) => steps <= most && steps < candidate.length)
    .toSorted((one, other) => one.steps - other.steps)[0]?.candidate;
};

/** `did you mean "log"? the settings are log, user, ...`, as a remedy. */
export const didYouMean = (word: string, candidates: readonly string[], introduction: string): string => {
  const meant = nearest(word, candidates);
  const exist = `${introduction} ${candidates.join(', ')}`;
  return meant === undefined ? exist : `did you mean "${meant}"? ${exist}`;
};
