import * as E from 'fp-ts/lib/Either.js';
import { holdsCredential, isCredentialOption } from '../../credential-names.ts';
import type { Json } from '../../domain/json.ts';
import type { DriverDefinition } from '../../drivers/contract.ts';
import { isSecret } from '../../drivers/options.ts';
import { checkOptions, fromText, schemaOfOption } from '../../drivers/parse-options.ts';
import { nearest } from '../../nearest.ts';
import type { Place, Problem } from '../problem.ts';
import { environmentOf, SETTING_NAMES } from '../settings.ts';
import { optionNameOf } from './names.ts';
import type { GivenBackend, GivenOption } from './source.ts';
import { substituted } from './templates.ts';

/** An option as it is to stand in a `scoria.yaml`. */
export interface CarriedOption {
  readonly name: string;
  readonly value: Json;
  readonly place: Place;
}

/** Options that stand together. */
type Group = Pick<GivenBackend, 'place' | 'options' | 'lookUp'>;

interface Destination {
  /** What the options belong to: a backend's name, or `backend_defaults`. */
  readonly name: string;
  /** What that is called where they come from. */
  readonly section: string;
  /** The drivers that the options are for. */
  readonly definitions: readonly DriverDefinition[];
  /** Whether they are also for drivers of Cinder's own, whose options are not known here. */
  readonly isAlsoForOthers: boolean;
}

/** Names of options that say which backend it is. */
const OF_THE_BACKEND = ['volume_driver', 'volume_backend_name'];

/** Takes over options, and tells of each that cannot be. */
export class Carrying {
  readonly #tell: (problem: Problem) => void;
  readonly #variables = new Set<string>(SETTING_NAMES.map(environmentOf));

  constructor(tell: (problem: Problem) => void) {
    this.#tell = tell;
  }

  options(group: Group, to: Destination): readonly CarriedOption[] {
    const carried = new Map<string, CarriedOption>();
    // Where both names of an option are given, that of today counts.
    const former = group.options.filter(({ name }) => optionNameOf(name) !== name);
    for (const given of [...former, ...group.options.filter((one) => !former.includes(one))]) {
      if (OF_THE_BACKEND.includes(given.name)) continue;
      const option = this.#option(given, group, to);
      if (option !== null) carried.set(option.name, option);
    }
    return [...carried.values()];
  }

  /** Those that the driver takes, one beside the other. What it says of the others is told. */
  valid(definition: DriverDefinition, section: string, options: readonly CarriedOption[], place: Place) {
    let left = options;
    for (;;) {
      const checked = checkOptions(definition, Object.fromEntries(left.map(({ name, value }) => [name, value])));
      if (E.isRight(checked)) return left;
      for (const { message, remedy, details } of checked.left) {
        const option = String(details.option);
        const given = left.find(({ name }) => name === option);
        const said = given === undefined ? message : `is left out: ${message}`;
        this.#tell({ place: given?.place ?? place, field: `${section}.${option}`, message: said, remedy });
      }
      const wrong = checked.left.map(({ details }) => details.option);
      const better = left.filter(({ name }) => !wrong.includes(name));
      if (better.length === left.length) return left;
      left = better;
    }
  }

  #option(given: GivenOption, group: Group, to: Destination): CarriedOption | null {
    const name = optionNameOf(given.name);
    const { place, isImplied = false } = given;
    const definition = to.definitions.find((one) => schemaOfOption(one, name) !== undefined);
    const leaveOut = (message: string, remedy: string): null => {
      if (!isImplied)
        this.#tell({ place, field: `${to.section}.${given.name}`, message: `is left out: ${message}`, remedy });
      return null;
    };
    if (definition === undefined && (isImplied || !to.isAlsoForOthers)) {
      return leaveOut(`${driversText(to)} no such option`, suggestion(name, to.definitions));
    }
    const schema = definition === undefined ? undefined : schemaOfOption(definition, name);
    const isCredential = schema === undefined ? isCredentialOption(name) : isSecret(schema);
    const read = given.values.slice(definition === undefined ? 0 : -1).map((value) => filledIn(value, group));
    if (isCredential) return this.#reference(name, place, to, read.at(-1)?.text);
    const missing = read.find((one) => one.missing !== null)?.missing;
    if (missing !== undefined)
      return leaveOut(`$${missing} has no value`, 'write the value itself, or $$ for a dollar');
    if (read.some((one) => one.isCredential || holdsCredential(one.text))) {
      return leaveOut(
        'a credential seems to stand in it',
        'a file of settings holds none: see what the driver needs of it',
      );
    }
    const values = read.map(({ text }) => text as Json);
    const value = values.length > 1 ? values : (values[0] ?? null);
    return { name, value: (schema === undefined ? value : fromText(schema, value)) as Json, place };
  }

  /** The credential stays where it is; what stands for it says where it is to be found. */
  #reference(name: string, place: Place, { name: owner, section }: Destination, value: unknown): CarriedOption | null {
    if (value === '' || value === null || value === undefined) return null;
    const wished = `SCORIA_${owner}_${name}`.toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_');
    let variable = wished;
    for (let count = 2; this.#variables.has(variable); count += 1) variable = `${wished}_${count}`;
    this.#variables.add(variable);
    this.#tell({
      place,
      field: `${section}.${name}`,
      message: 'is a credential, and is not written: a reference to it is',
      remedy: `set ${variable} to it where Scoria runs, or write another reference: { file: PATH } or { command: [...] }`,
    });
    return { name, value: { env: variable }, place };
  }
}

const filledIn = (value: unknown, { lookUp }: Group) =>
  typeof value === 'string' ? substituted(value, lookUp) : { text: value, isCredential: false, missing: null };

const driversText = ({ definitions }: Destination): string =>
  definitions.length === 1 ? `the driver ${definitions[0]?.name} has` : 'the drivers of the backends have';

const suggestion = (name: string, definitions: readonly DriverDefinition[]): string => {
  const known = definitions.flatMap(({ options }) => Object.keys(options.shape));
  const meant = nearest(name, known);
  if (meant !== undefined) return `did you mean "${meant}"?`;
  const [first] = definitions;
  return `\`scoria driver show ${first?.name ?? 'NAME'}\` lists the options that there are`;
};
