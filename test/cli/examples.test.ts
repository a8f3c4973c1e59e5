import { describe, expect, test } from 'vitest';
import { examplesOf } from '../../src/cli/examples.ts';
import { leavesOf, wholeProgram } from './grammar.ts';
import { Shell } from './scoria.ts';

const leaves = leavesOf(await wholeProgram());

/** The words of a command line, as a shell divides it. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare ?? '');

/** Each `scoria ...` of a line with pipes and redirections. */
const commandsIn = (example: string): readonly (readonly string[])[] =>
  example
    .split(/[|>]/)
    .map((part) => wordsOf(part.trim()))
    .filter(([first]) => first === 'scoria')
    .map(([, ...words]) => words);

describe('the help of each verb has an example of it', () => {
  test.each(leaves)('$path', async ({ path, verb }) => {
    const examples = examplesOf(verb);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const commands = commandsIn(example);
      expect(commands.some((words) => words.join(' ').startsWith(path))).toBe(true);
      for (const words of commands) {
        // The grammar takes it: every option and operand is known and in its place.
        const fresh = await wholeProgram();
        const given: string[] = [];
        for (const leaf of leavesOf(fresh)) leaf.verb.action(() => void given.push(leaf.path));
        await fresh.parseAsync([...words], { from: 'user' });
        expect(given).toHaveLength(1);
      }
    }
  });

  test('as a reader sees it', async () => {
    const { stdout } = await new Shell().run(['volume', 'extend', '--help']);
    expect(stdout).toMatch(/\nExamples:\n {2}scoria volume extend data 20GiB --reason 'the table space is full'\n/);
  });
});
