import { describeOptions } from '../../src/drivers/describe-options.ts';
import { code, table } from './markdown.ts';

interface CinderDriver {
  readonly definition: Parameters<typeof describeOptions>[0];
  /** Its class in Cinder. */
  readonly cinders: string;
  /** What is not simply supported, by option. */
  readonly different: Readonly<Record<string, string>>;
  readonly refused: readonly (readonly string[])[];
}

/** How a page begins that says option by option what a driver of Cinder's name takes. */
export const cinderOptions = ({ definition, cinders, different, refused }: CinderDriver): readonly string[] => [
  `The driver \`${definition.name}\` is what Cinder calls \`${cinders}\`, and has that name too where a
driver is named. [Driver options](options.md) says what each option means.`,
  '## Options',
  table(
    ['option', 'in Scoria'],
    describeOptions(definition).map(({ name }) => [code(name), different[name] ?? 'supported']),
  ),
  "Other options of Cinder's are refused as unknown:",
  table(['option', 'why'], refused),
];
