import type { Configuration } from '../../config/configuration.ts';
import type { Place } from '../../config/problem.ts';
import { defaultText, flagOf, SETTING_NAMES, SETTINGS, type SettingName } from '../../config/settings.ts';
import { userOfProcess } from '../../library/user-of-process.ts';
import type { Report } from '../report.ts';
import { field, table } from '../table.ts';
import { whereText } from './where.ts';

export const showReport = async (configuration: Configuration): Promise<Report> => {
  const { file } = configuration;
  const settings = SETTING_NAMES.map((name) => settingDocument(name, configuration));
  const backends = await configuration.backends();
  const settingTable = table(settings, [
    field('name', 'setting'),
    { header: 'VALUE', of: ({ name, value }) => valueText(name as SettingName, value) },
    field('from'),
  ]);
  const backendTable = table(
    backends.map((backend) => ({ ...backend })),
    [field('name', 'backend'), field('driver'), field('options')],
  );
  return {
    json: { file, settings: Object.fromEntries(settings.map(({ name, ...rest }) => [name, rest])), backends },
    text: () => [settingTable, ...(backends.length === 0 ? [] : [backendTable])].join('\n\n'),
  };
};

const settingDocument = (name: SettingName, { settings, origins }: Configuration) => {
  const origin = origins[name];
  const own = name === 'user' ? userOfProcess() : SETTINGS[name].default;
  const from = origin === undefined ? 'default' : fromText(name, origin);
  return { name, value: settings[name] ?? own, from };
};

const fromText = (name: SettingName, origin: Place): string =>
  origin.source === 'given' ? (flagOf(name) ?? 'command line') : whereText(origin);

const valueText = (name: SettingName, value: unknown): string => {
  if (value === null) return defaultText(name);
  return Array.isArray(value) ? value.join(', ') : String(value);
};
