import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { EXIT_CODE_MEANINGS } from './exit-codes.ts';
import { globalOptions } from './globals.ts';
import { backendGroup } from './groups/backend.ts';
import { connectionGroup } from './groups/connection.ts';
import { eventsGroup } from './groups/events.ts';
import { hostVerbs } from './groups/host.ts';
import { kvGroup } from './groups/kv.ts';
import { projectionGroup } from './groups/projection.ts';
import { recordVerbs } from './groups/record.ts';
import { snapshotGroup } from './groups/snapshot.ts';
import { volumeGroup } from './groups/volume.ts';
import { quickstartVerb } from './quickstart/verb.ts';

const EXAMPLES = `
Examples:
  scoria quickstart
  scoria backend add store --driver file --set directory=/var/lib/volumes
  scoria volume create store 10 --name data --reason 'ticket 4711'
  scoria volume list --at 2026-03-01T14:02:00Z --json
  scoria history data`;

const exitCodes = (): string => {
  const lines = EXIT_CODE_MEANINGS.map(({ code, name, meaning }) => `  ${code}  ${name.padEnd(10)}  ${meaning}`);
  return `\n\nExit codes:\n${lines.join('\n')}`;
};

/** Same place from src/cli and from dist/cli. */
const version = (): string => {
  const { version: current } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return current;
};

/** The grammar of `scoria`. A verb loads what it needs when it is given. */
export const makeProgram = ({ json }: { readonly json: boolean }): Command => {
  const program = new Command('scoria')
    .description('Event-sourced block storage: real volumes, and a complete, replayable history of them')
    .version(version())
    .configureHelp({ showGlobalOptions: true })
    // What commander says of a mistake goes through the one way that errors are reported.
    .configureOutput({ outputError: () => {}, ...(json ? { writeErr: () => {} } : {}) })
    .exitOverride();
  for (const option of globalOptions()) program.addOption(option);
  quickstartVerb(program);
  backendGroup(program);
  volumeGroup(program);
  snapshotGroup(program);
  connectionGroup(program);
  kvGroup(program);
  recordVerbs(program);
  eventsGroup(program);
  projectionGroup(program);
  hostVerbs(program);
  return program.addHelpText('after', EXAMPLES + exitCodes());
};
