import { rejections, ScoriaError } from '../domain/errors.ts';

const KIB = 1024n;
const GIB = KIB ** 3n;
const UNITS: Readonly<Record<string, bigint>> = { b: 1n, k: KIB, m: KIB ** 2n, g: GIB, t: KIB ** 4n, p: KIB ** 5n };

const SIZE = /^(?<sign>[+-]?)(?<whole>\d{1,30})(?:\.(?<part>\d{1,30}))?\s*(?:(?<unit>[kmgtp])(?:ib)?|(?<byte>b))?$/i;
const DECIMAL_UNIT = /^[\d.]+\s*[kmgtp]b$/i;

export const SIZE_FORMS = 'GiB, or with a unit: 10, 10GiB, 1TiB, 1024MiB, 10737418240B';

const invalid = (message: string, remedy: string): ScoriaError =>
  new ScoriaError(rejections.InvalidInput(message, remedy));

/** Whole GiB from `10`, `10G`, `10GiB`, `1TiB`, `1024MiB` or `10737418240B`. What is too small or large is for the command to say. */
export const sizeOf = (given: string): number => {
  if (DECIMAL_UNIT.test(given)) throw decimalUnit(given);
  const { sign, whole, part = '', unit, byte } = SIZE.exec(given.trim())?.groups ?? {};
  if (whole === undefined) {
    throw invalid(`the size ${JSON.stringify(given)} is not one`, `give a whole number of ${SIZE_FORMS}`);
  }
  const bytesPerUnit = UNITS[(unit ?? byte ?? 'g').toLowerCase()] ?? GIB;
  const bytes = BigInt(whole + part) * bytesPerUnit;
  const bytesPerGib = GIB * 10n ** BigInt(part.length);
  const size = bytes / bytesPerGib;
  if (bytes % bytesPerGib === 0n) return Number(sign === '-' ? -size : size);
  throw invalid(`the size ${given} is not a whole number of GiB`, `give ${size + 1n}, the next one`);
};

const decimalUnit = (given: string): ScoriaError =>
  invalid(`the size ${given} is in powers of ten, and volumes are in GiB`, `give it in ${SIZE_FORMS}`);
