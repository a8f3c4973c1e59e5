import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createEngine, type Engine, silentLogger } from '../../src/index.ts';
import { Shell } from '../cli/scoria.ts';
import { server } from '../eventlog/eventstoredb/opened.ts';

const shell = new Shell();
const projectionDirectory = shell.path('.state/scoria/projections');

/** In this process; the command's processes have the same file. */
const open = async (log: string): Promise<Engine> => {
  const keyStore = shell.path('keys');
  const engine = await createEngine({ log, projectionDirectory, keyStore, logger: silentLogger });
  onTestFinished(() => engine.close());
  return engine;
};

const valuesIn = async (engine: Engine) => (await engine.view()).keyValues().map(({ value }) => value);

describe('the local file of a log that is elsewhere, removed while a process has it open', () => {
  test.each([
    ['the database', (name: string) => name.endsWith('.db')],
    ['the link to it', (name: string) => /^[0-9a-f]+\.db$/.test(name)],
    ['all that is there', () => true],
  ])('%s: both see and record what there is', async (what, isRemoved) => {
    const log = `${await server()}&prefix=removed-${what.replaceAll(' ', '-')}-${process.pid}`;
    const scoria = (...args: readonly string[]) => shell.json(...args, '--log', log);
    await scoria('kv', 'set', 'a', '1');
    const before = await open(log);
    await before.keyValues.set('b', '2');
    const removed = readdirSync(projectionDirectory).filter(isRemoved);
    expect(removed).not.toEqual([]);
    for (const name of removed) rmSync(join(projectionDirectory, name));
    await scoria('kv', 'set', 'c', '3');
    await before.keyValues.set('d', '4');
    await scoria('kv', 'set', 'e', '5');
    const after = await open(log);
    for (const engine of [before, after]) expect(await valuesIn(engine)).toEqual(['1', '2', '3', '4', '5']);
    await before.close();
    await scoria('kv', 'set', 'f', '6');
    expect(await valuesIn(after)).toEqual(['1', '2', '3', '4', '5', '6']);
    expect((await scoria('kv', 'list')).map(({ value }: { value: string }) => value)).toHaveLength(6);
  });
});
