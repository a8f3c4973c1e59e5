import type { DriverDefinition } from '../../src/drivers/contract.ts';
import { describeOptions, type OptionDescription } from '../../src/drivers/describe-options.ts';
import { commonOptions, REFERENCE_FORMS } from '../../src/drivers/options.ts';
import { listDrivers } from '../../src/drivers/registry.ts';
import { code, type Page, page, paragraphs, table } from './markdown.ts';

const isCommon = ({ name }: OptionDescription): boolean => Object.hasOwn(commonOptions, name);

const optionTable = (options: readonly OptionDescription[]): string =>
  table(
    ['option', 'type', 'default', 'what it means'],
    options.map((option) => [
      code(option.name),
      option.type,
      option.required ? 'required' : option.default === undefined ? '' : code(JSON.stringify(option.default)),
      option.description,
    ]),
  );

const driverSection = (driver: DriverDefinition): string =>
  paragraphs(
    `## Driver ${code(driver.name)}`,
    `${driver.description}.`,
    optionTable(describeOptions(driver).filter((option) => !isCommon(option))),
  );

/** `docs/reference/options.md`: the options that backends are added with. */
export const optionsPage = async (): Promise<Page> => {
  const drivers = await listDrivers();
  const [first] = drivers;
  return page(
    'docs/reference/options.md',
    'the schemas of the drivers in src/drivers',
    '# Driver options',
    `A backend is a driver with its options. Options keep Cinder's names. In the library they are an object,
\`engine.addBackend({ name, driver, options })\`; on the command line each is \`--set option=value\`, and the text is read as
the option's type; in [\`scoria.yaml\`](configuration.md) they are fields. \`scoria driver show NAME\` prints the same tables, also for a driver of your own.`,
    `A credential is never given itself, because options are recorded. It is given as a reference, ${REFERENCE_FORMS}, or in
the library as \`{ env: 'NAME' }\`, \`{ file: '/path' }\` or \`{ command: ['program', 'argument'] }\`. It is looked up each time
the backend comes into use.`,
    '## Common options',
    'Every driver has them.',
    optionTable(first === undefined ? [] : describeOptions(first).filter(isCommon)),
    ...drivers.map(driverSection),
  );
};
