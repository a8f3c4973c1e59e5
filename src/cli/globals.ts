import { Option } from 'commander';
import type { Settings } from '../config/schema.ts';
import {
  defaultText,
  environmentOf,
  LOG_LEVELS,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
} from '../config/settings.ts';
import { listOf, secondsOf } from './arguments.ts';
import { WHEN_FORMS, whenOf } from './moment.ts';

/** What every verb takes, before or after its name. */
export interface Globals {
  /** `null` for no file at all. */
  readonly config?: string | null;
  readonly log?: string;
  readonly json?: boolean;
  readonly at?: string;
  readonly reason?: string;
  readonly user?: string;
  readonly project?: string;
  readonly commandId?: string;
  readonly nonUuidIds?: boolean;
  readonly rootHelper?: string;
  readonly wait?: number;
  readonly logLevel?: (typeof LOG_LEVELS)[number];
  readonly projection?: readonly string[];
}

export const globalOptions = (): readonly Option[] => [
  new Option('--config <file>', 'the configuration file (default: the first scoria.yaml found; env: SCORIA_CONFIG)'),
  new Option('--json', 'print one JSON document; errors as JSON on standard error'),
  new Option('--at <when>', `read as it was then: ${WHEN_FORMS}`).argParser((given) => whenOf(given)),
  new Option('--reason <text>', 'why, for the record').env('SCORIA_REASON'),
  new Option('--command-id <uuid>', 'the command happens once, however often it is given with this id'),
  ...SETTING_NAMES.flatMap(settingOption),
];

/**
 * A setting's flag. Its variable is not commander's `envVar`: what the environment says is checked with the file, and
 * stands between file and flag.
 */
export class SettingOption extends Option {
  readonly variable: string;

  constructor(name: SettingName, flag: string) {
    const variable = environmentOf(name);
    super(flag, `${lowerFirst(SETTINGS[name].description)} (default: ${defaultText(name)}; env: ${variable})`);
    this.variable = variable;
  }
}

const settingOption = (name: SettingName): readonly Option[] => {
  const { flag } = SETTINGS[name];
  if (flag === null) return [];
  const option = new SettingOption(name, flag);
  if (name === 'wait') return [option.argParser(secondsOf)];
  if (name === 'log_level') return [option.choices(LOG_LEVELS)];
  return [name === 'projections' ? option.argParser(listOf) : option];
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** The flags by the names that settings have in a file. One that is empty counts as not given, where it cannot be. */
export const settingsOf = (globals: Globals): Settings => {
  const given = {
    log: globals.log || undefined,
    user: globals.user || undefined,
    project: globals.project || undefined,
    wait: globals.wait,
    non_uuid_ids: globals.nonUuidIds,
    root_helper: globals.rootHelper,
    log_level: globals.logLevel,
    projections: globals.projection,
  } satisfies { readonly [Name in SettingName]?: unknown };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
};
