import { Command } from 'commander';
import { completionVerbs } from './completion/verb.ts';
import { EXIT_CODE_MEANINGS } from './exit-codes.ts';
import { globalOptions } from './globals.ts';
import { connectorVerb } from './groups/connector.ts';
import { recordVerbs } from './groups/record.ts';
import { recoverVerb } from './groups/recover.ts';
import { serveVerb } from './groups/serve.ts';
import { statusVerb } from './groups/status.ts';
import { validateVerb } from './groups/validate.ts';
import { quickstartVerb } from './quickstart/verb.ts';
import { VERSION } from './version.ts';

interface Group {
  readonly description: string;
  readonly load: () => Promise<{ readonly verbs: (group: Command) => void }>;
}

/** Loaded when the command line names it: a start pays for what it uses. One line per group of verbs. */
const GROUPS: Readonly<Record<string, Group>> = {
  backend: {
    description: 'storage backends: a driver and its options',
    load: () => import('./groups/backend.ts'),
  },
  volume: {
    description: 'volumes; VOLUME is an id or the name of one alone',
    load: () => import('./groups/volume.ts'),
  },
  snapshot: {
    description: 'snapshots; SNAPSHOT is an id or the name of one alone',
    load: () => import('./groups/snapshot.ts'),
  },
  connection: { description: 'connections of volumes to hosts', load: () => import('./groups/connection.ts') },
  kv: { description: 'key-values, for consumer nodes', load: () => import('./groups/kv.ts') },
  secrets: {
    description: 'the keys that credentials are sealed by',
    load: () => import('./groups/secrets.ts'),
  },
  import: {
    description: 'take over what another program knew',
    load: () => import('./groups/import.ts'),
  },
  log: { description: 'the tables of a log on a server', load: () => import('./groups/log.ts') },
  events: { description: 'the events themselves', load: () => import('./groups/events.ts') },
  audit: {
    description: 'proofs that the record is whole: seal it, verify it, prove an event, report on it',
    load: () => import('./groups/audit.ts'),
  },
  projection: {
    description: 'read models, which are folds over the record',
    load: () => import('./groups/projection.ts'),
  },
  config: {
    description: 'what file, environment and flags configure',
    load: () => import('./groups/config.ts'),
  },
  driver: { description: 'the drivers and their options', load: () => import('./groups/driver.ts') },
};

const EXAMPLES = `
Examples:
  scoria quickstart
  scoria backend add store --driver file --set directory=/var/lib/volumes
  scoria volume create store 10 --name data --reason 'ticket 4711'
  scoria volume list --at 'yesterday 14:02' --json
  scoria history data`;

const exitCodes = (): string => {
  const lines = EXIT_CODE_MEANINGS.map(({ code, name, meaning }) => `  ${code}  ${name.padEnd(10)}  ${meaning}`);
  const stopped = '  128 + N          signal N stopped it: 130 after Ctrl-C, 143 after SIGTERM';
  return `\n\nExit codes:\n${lines.join('\n')}\n${stopped}`;
};

/** The grammar of `scoria`, with the verbs of the groups that these arguments name. */
export const makeProgram = async (argv: readonly string[], json: boolean): Promise<Command> => {
  const program = new Command('scoria')
    .description('Event-sourced block storage: real volumes, and a complete, replayable history of them')
    .version(VERSION)
    .configureHelp({ showGlobalOptions: true })
    // What commander says of a mistake goes through the one way that errors are reported.
    .configureOutput({ outputError: () => {}, ...(json ? { writeErr: () => {} } : {}) })
    .exitOverride();
  for (const option of globalOptions()) program.addOption(option);
  quickstartVerb(program);
  for (const [name, { description, load }] of Object.entries(GROUPS)) {
    const group = program.command(name).description(description);
    if (argv.includes(name)) (await load()).verbs(group);
  }
  recordVerbs(program);
  statusVerb(program);
  validateVerb(program);
  connectorVerb(program);
  recoverVerb(program);
  serveVerb(program);
  completionVerbs(program);
  return program.addHelpText('after', EXAMPLES + exitCodes());
};
