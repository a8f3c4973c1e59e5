/** Those of the one list that the other has not, each as often. */
const without = (lines: readonly string[], others: readonly string[]): readonly string[] => {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
};

/** Where what is there is not what the record says, both in the same words. */
export const differencesOf = (found: readonly string[], recorded: readonly string[]): readonly string[] => [
  ...without(found, recorded).map((line) => `${line}: there, and not in the record`),
  ...without(recorded, found).map((line) => `${line}: in the record, and not there`),
];
