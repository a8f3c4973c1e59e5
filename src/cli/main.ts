#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Half of a short command's time would go into compiling. The cache is the user's own: what it holds is run.
enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'scoria', 'compiled'));

const { run } = await import('./run.ts');
// Not process.exit, which would drop what standard output has not taken yet.
process.exitCode = await run(process.argv.slice(2));
