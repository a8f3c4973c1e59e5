import { fieldType } from '../../src/config/fields.ts';
import { fieldDescription } from '../../src/config/schema.ts';
import {
  defaultText,
  environmentOf,
  flagOf,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
} from '../../src/config/settings.ts';

const PATH = 'docs/reference/configuration.md';

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

const code = (text: string): string => `\`${text}\``;

const settingRow = (name: SettingName): string => {
  const flag = flagOf(name);
  const shown = SETTINGS[name].default === null ? defaultText(name) : code(defaultText(name));
  return row([
    code(name),
    code(environmentOf(name)),
    flag === null ? '' : code(flag),
    fieldType(name),
    shown,
    fieldDescription(name),
  ]);
};

/** `docs/reference/configuration.md`: every setting, from the schema. */
export const configurationPage = (): { readonly path: string; readonly text: string } => ({
  path: PATH,
  text: `<!-- Written by \`npm run configuration:write\` from src/config. -->

# Configuration

Settings come from a file, from the environment and from flags. The later wins, setting by setting: a flag over a
variable of the environment, a variable over the file, the file over the default. A list is replaced, not added to.
\`scoria config show\` says what is in force and where it comes from.

## The file

It is the one that \`--config FILE\` names, else \`SCORIA_CONFIG\`, else the first that is there of

1. \`scoria.yaml\` in the working directory,
2. \`$XDG_CONFIG_HOME/scoria/scoria.yaml\` (\`~/.config/scoria/scoria.yaml\` where that variable is not set),
3. \`/etc/scoria/scoria.yaml\`.

One that was found and not named is read when it belongs to root, to the user of the process or to the user of \`sudo\`, and
not everybody can write it: it may name modules and programs, which are run.

Files are not merged, and none is fine; \`--config /dev/null\` leaves all of them out. Paths in it are relative to the
directory it is in; those of the environment and of flags to the working directory.

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/scoria/schema/scoria.schema.json
log: ./scoria.db
project: web
projections: [./chargeback.ts]

backend_defaults:
  max_over_subscription_ratio: 10.0

backends:
  files:
    volume_driver: file
    directory: ./volumes
  array:
    volume_driver: ./our-array.ts
    san_ip: 10.0.0.7
    san_password: { env: ARRAY_PASSWORD }
\`\`\`

It is YAML 1.2: one document, each key once, no aliases and no tags. A number with a fraction stays the text it is, so
that \`1.10\` is not \`1.1\`. A mistake ends every command that uses the file, with exit code 2 and the mistake's line,
column and field; \`scoria config check\` lists all of them.

## Settings

An empty variable counts as not set, except for \`SCORIA_ROOT_HELPER\`. Lists in variables are separated by commas, and
\`true\`, \`yes\`, \`on\` and \`1\` are true. \`--projection\` is given once per module.

${row(['setting', 'variable', 'flag', 'type', 'default', 'meaning'])}
${row(['---', '---', '---', '---', '---', '---'])}
${SETTING_NAMES.map(settingRow).join('\n')}

\`SCORIA_REASON\` stands for \`--reason\`, which belongs to one command and therefore to no file. What else the command
line takes has no variable.

## Backends

\`backends\` holds them by name. Each has

- \`volume_driver\`, Cinder's name for the driver: one of \`scoria driver list\`, \`./driver.ts\` from the directory of the file, or
  \`npm:package\`.
- the options of that driver, with Cinder's names: \`scoria driver show NAME\` lists them. They have no variables.

\`backend_defaults\` holds options for all backends whose drivers have them; what a backend says itself wins.

The log is the truth about which backends there are, and the file is what is wished. \`scoria config apply\` adds and
changes backends until the log has those of the file. It removes none, and says what the log has beyond the file.
Applied twice, it changes nothing. \`scoria backend add NAME\` without \`--driver\` adds one of them.

## Credentials

An option that is a credential is a reference, resolved each time the backend comes into use. The reference is what the
log records.

| in the file | as a text, also for \`--set\` | what it means |
| --- | --- | --- |
| \`{ env: NAME }\` | \`env:NAME\` | the variable of that name |
| \`{ file: PATH }\` | \`file:/path\` | the file's content without its last newline; outside of the file, the path is absolute |
| \`{ command: [PROGRAM, ARGUMENT, ...] }\` | \`command:PROGRAM ARGUMENT ...\` | what the program prints, without the last newline |

No shell runs the program. As a text, its words are divided by blanks, and quotes and what else only a shell would read
are refused; arguments that hold them are written as a JSON array, \`command:["pass", "show", "the array"]\`. The
program is a name on \`PATH\` or an absolute path (in the file also a relative one with a \`/\`), has 30 seconds, gets
nothing on standard input, and must end with exit code 0. Its arguments are recorded with the reference, so that they are
no place for a credential.
`,
});
