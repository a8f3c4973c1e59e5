import { isCredentialOption } from '../../credential-names.ts';
import type { Place, Problem } from '../problem.ts';
import { refusalOf } from '../problem.ts';
import { type Assignment, type IniFile, readIni } from './ini.ts';
import { BY_REFERENCE, DEFAULTS } from './names.ts';
import type { GivenBackends, GivenOption } from './source.ts';
import { type LookUp, substituted } from './templates.ts';

const ENABLED = 'enabled_backends';
const SHARED = 'backend_defaults';
const DEFAULT = 'DEFAULT';
const OF_SERVICES = "is left out: it is of Cinder's services, which are not here";

/** What of [DEFAULT] is used. */
const USED = [ENABLED, ...Object.keys(DEFAULTS), ...Object.values(BY_REFERENCE).map(({ option }) => option)];

/** As oslo.config compares the names of sections. */
const normal = (section: string): string => (section === DEFAULT ? section : section.toLowerCase());

/** Reads a `cinder.conf`; `tell` hears of what in it is about no backend. */
export const readCinderFile = (file: string, text: string, tell: (problem: Problem) => void): GivenBackends => {
  const given = new CinderFile(file, readIni(file, text));
  const names = given.enabled(tell);
  given.tellOfTheRest(new Set(names.map(normal)), tell);
  return {
    backends: names.map((name) => ({
      name,
      place: given.placeOf(given.lineOf(name) ?? 1),
      options: [...given.optionsOf(name), ...given.byReference(name)],
      lookUp: given.lookUpFrom(name),
    })),
    defaults: {
      place: given.placeOf(given.lineOf(SHARED) ?? 1),
      options: given.optionsOf(SHARED),
      lookUp: given.lookUpFrom(SHARED),
    },
  };
};

class CinderFile {
  readonly #file: string;
  readonly #ini: IniFile;
  readonly #assignments: ReadonlyMap<string, readonly Assignment[]>;

  constructor(file: string, ini: IniFile) {
    this.#file = file;
    this.#ini = ini;
    this.#assignments = Map.groupBy(ini.assignments, ({ section }) => normal(section));
  }

  placeOf(line: number): Place {
    return { source: 'file', file: this.#file, line, column: 1 };
  }

  lineOf(section: string): number | undefined {
    return [...this.#ini.sections].find(([name]) => normal(name) === normal(section))?.[1];
  }

  optionsOf(section: string): readonly GivenOption[] {
    const byName = Map.groupBy(this.#assignments.get(normal(section)) ?? [], ({ name }) => name);
    return [...byName].map(([name, all]) => ({
      name,
      values: all.map(({ value }) => value),
      place: this.placeOf(all.at(-1)?.line ?? 1),
    }));
  }

  #last(section: string, name: string): Assignment | undefined {
    return this.#assignments.get(normal(section))?.findLast((one) => one.name === name);
  }

  /** What its driver would take from [DEFAULT], where that says something. */
  byReference(section: string): readonly GivenOption[] {
    return Object.entries(BY_REFERENCE).flatMap(([name, { option, suffix }]) => {
      const line = this.#last(DEFAULT, option)?.line;
      const isGiven = this.#last(section, name) !== undefined || this.#last(SHARED, name) !== undefined;
      if (line === undefined || isGiven) return [];
      return [{ name, values: [`\${${option}}${suffix}`], place: this.placeOf(line), isImplied: true }];
    });
  }

  /** An option's own section comes first, then [DEFAULT], then what Cinder has for a default. */
  lookUpFrom(section: string, asking: ReadonlySet<string> = new Set()): LookUp {
    return (group, name) => {
      const found = group === null ? (this.#last(section, name) ?? this.#last(DEFAULT, name)) : this.#last(group, name);
      if (found === undefined) {
        const text = group === null && Object.hasOwn(DEFAULTS, name) ? DEFAULTS[name] : undefined;
        return text === undefined ? null : { text, isCredential: false };
      }
      const asked = `${found.section}.${name}`;
      if (asking.has(asked)) return null;
      const inside = substituted(found.value, this.lookUpFrom(found.section, new Set([...asking, asked])));
      if (inside.missing !== null) return null;
      return { text: inside.text, isCredential: inside.isCredential || isCredentialOption(name) };
    };
  }

  /** The backends that Cinder would start. */
  enabled(tell: (problem: Problem) => void): readonly string[] {
    const given = this.#last(DEFAULT, ENABLED);
    const names = (given === undefined ? '' : substituted(given.value, this.lookUpFrom(DEFAULT)).text)
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    const place = this.placeOf(given?.line ?? this.lineOf(DEFAULT) ?? 1);
    if (names.length === 0) {
      throw refusalOf([
        {
          place,
          field: `${DEFAULT}.${ENABLED}`,
          message: 'names no backend',
          remedy: 'name the sections of the backends in [DEFAULT], as in enabled_backends = lvm,ceph',
        },
      ]);
    }
    const there = names.filter((name) => this.lineOf(name) !== undefined);
    for (const name of names.filter((one) => !there.includes(one))) {
      const field = `${DEFAULT}.${ENABLED}`;
      tell({ place, field, message: `there is no section [${name}]`, remedy: 'add the section, or take out its name' });
    }
    return [...new Set(there)];
  }

  /** Cinder's services are not here, nor are backends that it would not start. */
  tellOfTheRest(enabled: ReadonlySet<string>, tell: (problem: Problem) => void): void {
    for (const { name, line } of this.#assignments.get(DEFAULT) ?? []) {
      if (USED.includes(name)) continue;
      tell({
        place: this.placeOf(line),
        field: `${DEFAULT}.${name}`,
        message: OF_SERVICES,
        remedy: 'an option for all backends stands in [backend_defaults]',
      });
    }
    for (const [section, line] of this.#ini.sections) {
      if (section === DEFAULT || normal(section) === SHARED || enabled.has(normal(section))) continue;
      const isBackend = this.#last(section, 'volume_driver') !== undefined;
      tell({
        place: this.placeOf(line),
        field: section,
        message: isBackend ? 'is left out: it is not among the enabled_backends' : OF_SERVICES,
        remedy: isBackend ? 'name it there, and import again' : 'nothing need be done',
      });
    }
    for (const { section, line } of this.#ini.commented) {
      const remedy = 'take the # away from it and its options, and import again, if it is needed';
      tell({ place: this.placeOf(line), field: section, message: 'is commented out', remedy });
    }
  }
}
