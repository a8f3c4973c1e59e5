import { Argument, type Command } from 'commander';
import { withExamples } from '../examples.ts';
import { printable } from '../printable.ts';
import { write } from '../stdout.ts';

/** `completion` prints a shell's script; `complete`, which the scripts call, answers what could stand at the cursor. */
export const completionVerbs = (program: Command): void => {
  withExamples(
    program
      .command('completion')
      .addArgument(new Argument('<shell>', 'for which shell').choices(['bash', 'zsh', 'fish']))
      .description('print the script that completes scoria in a shell'),
    ['scoria completion bash >> ~/.bashrc', 'scoria completion fish > ~/.config/fish/completions/scoria.fish'],
  ).action(async (shell: 'bash' | 'zsh' | 'fish') => {
    const { SCRIPTS } = await import('./scripts.ts');
    await write(SCRIPTS[shell]);
  });
  program
    .command('complete', { hidden: true })
    .argument('[word...]')
    .description('what could stand at the cursor, for the scripts of `scoria completion`')
    .action(async (words: readonly string[]) => {
      const { complete } = await import('./complete.ts');
      // A shell at its prompt is not to be disturbed: what cannot be known is not offered.
      const { candidates, files } = await complete(program, words).catch(() => ({ candidates: [], files: false }));
      const lines = candidates.map(({ value, description }) => `${value}\t${printable(description)}\n`);
      await write([...lines, ...(files ? [':files\n'] : [])].join(''));
    });
};
