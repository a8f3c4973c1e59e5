#!/usr/bin/env node
// Whatever an old Node.js lacks is imported only after this file has looked at it.
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const OLDEST_NODE = 24;

const start = async (): Promise<number> => {
  // Half of a short command's time would go into compiling. The cache is the user's own: what it holds is run.
  nodeModule.enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'scoria', 'compiled'));
  const { run } = await import('./run.ts');
  return run(process.argv.slice(2));
};

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  const remedy = '`npm install node@26` brings one into a project, where `npx scoria` takes it';
  console.error(`error: scoria needs Node.js ${OLDEST_NODE} or newer, and this is ${process.version}: ${remedy}`);
  process.exitCode = 1;
} else {
  // Standard output has taken all by then. What a driver left open shall not keep the process.
  process.exit(await start());
}
