import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { DRIVER_NAMES } from '../../src/drivers/registry.ts';
import { MAIN, Shell } from './scoria.ts';

const shell = new Shell();
let unnamed: string;
beforeAll(async () => {
  await shell.addStore();
  await shell.json('volume', 'create', 'store', '1', '--name', 'data');
  await shell.json('volume', 'create', 'store', '1', '--name', 'my data');
  unnamed = (await shell.json('volume', 'create', 'store', '1')).id;
  await shell.json('volume', 'create', 'store', '1', '--name', 'tab\there');
  await shell.json('snapshot', 'create', 'data', '--name', 'before');
  await shell.json('kv', 'set', 'node1', 'x');
  writeFileSync(shell.path('node2.json'), '{}');
});

describe('scoria complete', () => {
  const offered = async (...words: readonly string[]): Promise<readonly string[]> => {
    const { code, stdout, stderr } = await shell.run(['complete', '--', ...words]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t')[0] ?? '');
  };

  test('verbs and groups, without what is hidden', async () => {
    expect(await offered('')).toEqual(expect.arrayContaining(['volume', 'backend', 'history', 'completion']));
    expect(await offered('')).not.toContain('complete');
    expect(await offered('vol')).toEqual(['volume']);
    expect(await offered('volume', 'metad')).toEqual(['metadata']);
    expect(await offered('volume', 'metadata', '')).toEqual(expect.arrayContaining(['set', 'unset']));
    expect(await offered('--json', '--log', 'volume', 'volume', 'sho')).toEqual(['show']);
    expect(await offered('nonsense', '')).toEqual([]);
  });

  test('options of the verb and those of every verb, once', async () => {
    expect(await offered('volume', 'create', '--na')).toEqual(['--name']);
    expect(await offered('volume', 'create', 'store', '1', '--name', 'x', '--na')).toEqual([]);
    expect(await offered('volume', 'create', '--metadata', 'a=b', '--meta')).toEqual(['--metadata']);
    expect(await offered('volume', 'list', '--js')).toEqual(['--json']);
    expect(await offered('volume', 'list', '--', '--js')).toEqual([]);
  });

  test('choices, drivers and their options', async () => {
    expect(await offered('volume', 'attach', 'data', '--mode', '')).toEqual(['rw', 'ro']);
    expect(await offered('volume', 'attach', 'data', '--mode=r')).toEqual(['--mode=rw', '--mode=ro']);
    expect(await offered('--log-level', 'w')).toEqual(['warn']);
    expect(await offered('backend', 'add', 'x', '--driver', '')).toEqual(DRIVER_NAMES);
    expect(await offered('driver', 'show', 'm')).toEqual(['memory']);
    expect(await offered('backend', 'add', 'x', '--driver', 'file', '--set', 'dir')).toEqual(['directory=']);
  });

  test('names and ids from the log', async () => {
    expect(await offered('backend', 'show', '')).toEqual(['store']);
    expect(await offered('backend', 'add', '')).toEqual([]);
    expect(await offered('volume', 'create', 's')).toEqual(['store']);
    const volumes = await offered('volume', 'show', '');
    expect([...volumes].sort()).toEqual([unnamed, 'data', 'my data'].sort());
    expect(await offered('volume', 'delete', unnamed.slice(0, 4))).toEqual([unnamed]);
    expect(await offered('volume', 'list', '--backend=')).toEqual(['--backend=store']);
    expect(await offered('volume', 'rename', 'data', '')).toEqual([]);
    expect(await offered('snapshot', 'delete', '')).toEqual(['before']);
    expect(await offered('kv', 'get', '')).toEqual(['node1']);
    // No id begins like that.
    expect(await offered('history', 'befo')).toEqual(['before']);
    expect(await offered('projection', 'rebuild', 'inv')).toEqual(['inventory']);
    expect(await offered('--log', shell.path('scoria.db'), 'kv', 'get', 'n')).toEqual(['node1']);
  });

  test('names from the log that the configuration says', async () => {
    await shell.json('--log', 'elsewhere.db', 'kv', 'set', 'far', 'x');
    writeFileSync(shell.path('elsewhere.yaml'), `log: ${shell.path('elsewhere.db')}\n`);
    expect(await offered('--config', 'elsewhere.yaml', 'kv', 'get', '')).toEqual(['far']);
  });

  test('files where a file is expected', async () => {
    expect(await offered('connection', 'create', 'data', '--connector', '')).toEqual([':files']);
    expect(await offered('--log=')).toEqual([':files']);
    expect(await offered('load', 'd')).toEqual([':files']);
  });

  test('nothing, and quietly, where there is no log', async () => {
    expect(await offered('--log', 'none.db', 'volume', 'show', '')).toEqual([]);
    writeFileSync(shell.path('text.db'), 'no log');
    expect(await offered('--log', 'text.db', 'volume', 'show', '')).toEqual([]);
    const { stdout, stderr } = await shell.run(['complete', '--', 'backend', 'show', ''], {
      env: { SCORIA_LOG: 'no.db' },
    });
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
    expect(existsSync(shell.path('none.db'))).toBe(false);
  });
});

describe('completion in bash', () => {
  /** What bash would put in the place of its current word, without bash-completion. */
  const replies = (line: string, ...words: readonly string[]): readonly string[] => {
    const script = `
      scoria() { "$NODE" "$MAIN" "$@"; }
      eval "$(scoria completion bash)"
      COMP_LINE=$1 COMP_POINT=\${#1}; shift
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _scoria && printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', line, ...words], {
      cwd: shell.directory,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: shell.directory, NODE: process.execPath, MAIN },
    });
    expect(stderr).toBe('');
    return stdout.split('\n').filter((reply) => reply !== '');
  };

  test('verbs, and names with spaces, quoted as needed', () => {
    expect(replies('scoria volume sho', 'scoria', 'volume', 'sho')).toEqual(['show']);
    expect(replies('scoria volume show m', 'scoria', 'volume', 'show', 'm')).toEqual(['my\\ data']);
    expect(replies('scoria volume show my\\ d', 'scoria', 'volume', 'show', 'my\\ d')).toEqual(['my\\ data']);
    expect(replies('scoria volume show "my d', 'scoria', 'volume', 'show', '"my d')).toEqual(['my data']);
  });

  test('what bash breaks at "="', () => {
    const attach = ['scoria', 'volume', 'attach', 'data'];
    expect(replies('scoria volume attach data --mode=r', ...attach, '--mode', '=', 'r')).toEqual(['rw', 'ro']);
    expect(replies('scoria volume attach data --mode=', ...attach, '--mode', '=')).toEqual(['rw', 'ro']);
    expect(replies('scoria --log=scoria.db kv get n', 'scoria', '--log', '=', 'scoria.db', 'kv', 'get', 'n')).toEqual([
      'node1',
    ]);
  });

  test('files', () => {
    expect(replies('scoria load node', 'scoria', 'load', 'node')).toEqual(['node2.json']);
    expect(replies('scoria --log=sco', 'scoria', '--log', '=', 'sco')).toEqual(['scoria.db']);
  });

  test('only up to the cursor', () => {
    // The cursor stands behind "sh".
    const script = spawnSync(
      'bash',
      [
        '--norc',
        '-c',
        `
      scoria() { "$NODE" "$MAIN" "$@"; }
      eval "$(scoria completion bash)"
      COMP_LINE='scoria volume shoxyz more' COMP_POINT=17 COMP_WORDS=(scoria volume shoxyz more) COMP_CWORD=2
      _scoria && printf '%s\\n' "\${COMPREPLY[@]}"`,
      ],
      {
        cwd: shell.directory,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, NODE: process.execPath, MAIN },
      },
    );
    expect(script.stdout).toBe('show\n');
  });
});
