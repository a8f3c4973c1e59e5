import { resolve } from 'node:path';
import { isLogUrl } from '../log-url.ts';
import { absoluteModule } from '../module-specifier.ts';
import { type Fields, parseField, unknownField } from './fields.ts';
import type { Environment } from './find-file.ts';
import type { Place, Problem } from './problem.ts';
import type { Settings } from './schema.ts';
import { environmentOf, isSetting, SETTING_NAMES, type SettingName } from './settings.ts';
import type { YamlFile } from './yaml-file.ts';

/** Where each setting that is set comes from; one that is missing has its default. */
export type Origins = Readonly<Partial<Record<SettingName, Place>>>;

export interface EffectiveSettings {
  readonly values: Settings;
  readonly origins: Origins;
  readonly problems: readonly Problem[];
}

interface Layer {
  readonly values: Settings;
  readonly placeOf: (name: SettingName) => Place;
  readonly problems: readonly Problem[];
}

/** The file's settings under the environment's under the given ones. */
export const effectiveSettings = (
  file: YamlFile | null,
  fields: Fields,
  environment: Environment,
  given: Settings,
): EffectiveSettings => {
  const layers = [ofFile(file, fields), ofEnvironment(environment), ofCaller(given)];
  const set = layers.flatMap(({ values, placeOf }) =>
    SETTING_NAMES.filter((name) => values[name] !== undefined).map((name) => ({
      value: { [name]: values[name] },
      origin: { [name]: placeOf(name) },
    })),
  );
  return {
    values: Object.assign({}, ...set.map(({ value }) => value)),
    origins: Object.assign({}, ...set.map(({ origin }) => origin)),
    problems: layers.flatMap(({ problems }) => problems),
  };
};

const PATHS = ['audit_key_file', 'audit_notes_directory', 'key_store'] as const;

/** Paths in a file are relative to it. */
const ofFile = (file: YamlFile | null, { values }: Fields): Layer => {
  const settings = Object.fromEntries(SETTING_NAMES.map((name) => [name, values[name]])) as Settings;
  const directory = file?.directory ?? '.';
  const absolute: Settings = {
    ...settings,
    ...(settings.log === undefined || settings.log === ':memory:' || isLogUrl(settings.log)
      ? {}
      : { log: resolve(directory, settings.log) }),
    ...Object.fromEntries(
      PATHS.flatMap((name) => {
        const path = settings[name];
        return typeof path === 'string' ? [[name, resolve(directory, path)]] : [];
      }),
    ),
    ...(settings.projections === undefined
      ? {}
      : { projections: settings.projections.map((module) => absoluteModule(module, directory)) }),
  };
  return { values: absolute, placeOf: (name) => file?.placeOf([name]) ?? { source: 'given' }, problems: [] };
};

/** A variable that is empty counts as not set, unless its setting may be empty. */
const ofEnvironment = (environment: Environment): Layer => {
  const placeOf = (name: SettingName): Place => ({ source: 'environment', variable: environmentOf(name) });
  const read = SETTING_NAMES.flatMap((name) => {
    const text = environment[environmentOf(name)];
    if (text === undefined || (text === '' && name !== 'root_helper')) return [];
    const parsed = parseField(name, text, () => placeOf(name));
    return ['problems' in parsed ? parsed : { values: { [name]: parsed.value }, problems: [] }];
  });
  return {
    values: Object.assign({}, ...read.map((one) => ('values' in one ? one.values : {}))),
    placeOf,
    problems: read.flatMap(({ problems }) => problems),
  };
};

const ofCaller = (given: Settings): Layer => {
  const placeOf = (): Place => ({ source: 'given' });
  const problems = Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (!isSetting(name)) return [unknownField(name, placeOf())];
    const parsed = parseField(name, value, placeOf);
    return 'problems' in parsed ? parsed.problems : [];
  });
  return { values: problems.length === 0 ? given : {}, placeOf, problems };
};
