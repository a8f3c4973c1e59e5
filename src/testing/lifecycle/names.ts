import { checkIdFor } from '../ids.ts';
import { PARTS_PER_VOLUME, VOLUMES } from './commands.ts';

const PARTS = Array.from({ length: PARTS_PER_VOLUME }, (_, index) => [`s${index}`, `c${index}`]).flat();
const SYMBOLS = VOLUMES.flatMap((volume) => [volume, ...PARTS.map((part) => `${volume}-${part}`)]);

/** The ids that one run gives to what the model calls `v0`, `v0-s1`, `v0-c0`: other ids in every run. */
export class RunNames {
  readonly #ids: ReadonlyMap<string, string>;
  readonly #symbols: ReadonlyMap<string, string>;

  constructor(run: string) {
    this.#ids = new Map(SYMBOLS.map((symbol) => [symbol, checkIdFor(symbol, run)]));
    this.#symbols = new Map([...this.#ids].map(([symbol, id]) => [id, symbol]));
  }

  idOf(symbol: string): string {
    return this.#ids.get(symbol) ?? symbol;
  }

  /** A command of the model, about the ids of this run. */
  real<Fields extends object>(command: Fields): Fields {
    return Object.fromEntries(
      Object.entries(command).map(([field, value]) => [field, typeof value === 'string' ? this.idOf(value) : value]),
    ) as Fields;
  }

  /** A text or a state of this run, with the model's ids. */
  symbolic<Value>(value: Value): Value {
    const text = JSON.stringify(value).replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
      return this.#symbols.get(id) ?? id;
    });
    return JSON.parse(text) as Value;
  }

  /** The names that these lines speak of, with their ids. */
  used(lines: readonly object[]): readonly (readonly [symbol: string, id: string])[] {
    const text = JSON.stringify(lines);
    return [...this.#ids].filter(([symbol]) => new RegExp(`\\b${symbol}\\b(?!-)`).test(text));
  }
}
