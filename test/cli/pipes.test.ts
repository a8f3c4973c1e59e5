import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import { MAIN, Shell } from './scoria.ts';

describe('a reader that goes', () => {
  const shell = new Shell();
  beforeAll(async () => {
    for (let index = 0; index < 3; index += 1) await shell.json('kv', 'set', `k${index}`, 'x'.repeat(90_000));
  });

  /** A pipeline as people type it, and the exit code of its first command. */
  const piped = async (pipeline: string) => {
    const script = `${pipeline.replaceAll('scoria', '"$NODE" "$MAIN"')}; echo "code \${PIPESTATUS[0]}"`;
    const child = spawn('bash', ['-c', script], {
      cwd: shell.directory,
      env: { ...process.env, NODE: process.execPath, MAIN },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const lines = stdout.trimEnd().split('\n');
    return { first: lines[0]?.slice(0, 200), last: lines.at(-1)?.replace(/^.*code/, 'code'), stderr };
  };

  test.each([
    ['scoria events list | head -1', /KeyValueSet/],
    ['scoria events list --json | head -c 2', /^\[/],
    ['scoria dump | head -c 10', /^{"backends/],
    ['scoria kv list | true', /^code/],
    // Nothing comes after the first event, so that only the closed pipe can end it.
    ['scoria events follow --after 2 | head -1', /KeyValueSet/],
    ['scoria events follow --after 0 --json | head -1', /^{"data":{"key":"k0"/],
    ['scoria events follow | true', /^code/],
  ])('%s ends quietly', async (pipeline, first) => {
    const printed = await piped(pipeline);
    expect(printed.first).toMatch(first);
    expect(printed).toMatchObject({ last: 'code 0', stderr: '' });
    expect(await shell.json('events', 'list', '--limit', '9')).toHaveLength(3);
  });
});
