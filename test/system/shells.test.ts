import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { MAIN, Shell } from '../cli/scoria.ts';
import { atTerminal } from './pseudo-terminal.ts';

const shell = new Shell();
const scoria = () => `PATH=${shell.directory}:$PATH`;
beforeAll(async () => {
  await shell.addStore();
  await shell.json('volume', 'create', 'store', '1', '--name', 'my data');
  writeFileSync(shell.path('node2.json'), '{"host":"node2"}');
  writeFileSync(shell.path('scoria'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 });
});

describe('completion in fish', () => {
  const offered = (line: string): readonly string[] => {
    const { stdout, stderr, status } = spawnSync(
      'fish',
      ['--no-config', '-c', 'scoria completion fish | source; complete -C $argv[1]', line],
      {
        cwd: shell.directory,
        encoding: 'utf8',
        env: { ...process.env, HOME: shell.directory, PATH: `${shell.directory}:${process.env.PATH}` },
      },
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    return stdout.split('\n').filter((reply) => reply !== '');
  };

  test('verbs with what they do, names, choices and files', () => {
    expect(offered('scoria volume sho')).toEqual(['show\ta volume, its snapshots and its connections']);
    expect(offered('scoria volume show ')).toEqual(['my data\t1 GiB, available, on store']);
    expect(offered('scoria volume attach data --mode=')).toEqual(expect.arrayContaining(['--mode=rw', '--mode=ro']));
    expect(offered('scoria connection create data --connector no')).toEqual(['node2.json']);
    expect(offered('scoria connection create data --connector=no')).toEqual(['--connector=node2.json']);
    expect(offered('scoria backend add x --driver file --set dir')[0]).toMatch(/^directory=/);
  });
});

/** As it is before one is set, with the mark of bracketed paste behind it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is sent
const PROMPT = /[#$%] (\u001b\[\?2004h)?$/;

/** A shell at a terminal, to which one types. */
const typing = async (start: string, ready: string, keys: readonly (readonly [typed: string, shown: RegExp])[]) => {
  const running = atTerminal(shell, `${scoria()} ${start}`, { columns: 200, env: { TERM: 'dumb' } });
  await running.printed(PROMPT);
  running.child.stdin.write(ready);
  await running.printed(/READY\d> $/);
  for (const [typed, shown] of keys) {
    running.stdout = '';
    running.child.stdin.write(typed);
    await running.printed(shown);
  }
  running.child.stdin.write('\u0015exit\n');
  await running.ended;
};

const KEYS: readonly (readonly [string, RegExp])[] = [
  ['scoria volume sho\t', /show /],
  ['m\t', /my\\ data /],
  ['\n', /name +my data[\s\S]*READY1> $/],
  ['scoria connection create x --mode=rw --connector=no\t', /node2\.json /],
  ['\u0015scoria backend add x --driver file --set dir\t', /directory=/],
  // No space behind it: a value follows.
  ['/x', /directory=\/x|\/x$/],
];

describe('completion at the prompt', () => {
  test('of bash', async () => {
    await typing(
      'bash --norc -i',
      `bind 'set bell-style none'; eval "$(scoria completion bash)"; n=1; PS1='READY$n> '\n`,
      KEYS,
    );
  });

  test('of zsh', async () => {
    await typing(
      'zsh -f -i',
      `autoload -U compinit; compinit -u -D; eval "$(scoria completion zsh)"; unset zle_bracketed_paste; unsetopt beep promptsp; n=1; setopt promptsubst; PS1='READY$n> '\n`,
      KEYS,
    );
  });
});
