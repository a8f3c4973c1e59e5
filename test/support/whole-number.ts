import { InvalidArgumentError } from 'commander';

/** Reads the value of an option that is a whole number. */
export const wholeNumber =
  (least = 1) =>
  (text: string): number => {
    const number = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(number) && number >= least) return number;
    throw new InvalidArgumentError(`Give a whole number, at least ${least}.`);
  };
