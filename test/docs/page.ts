import { type Block, blocksOf, exchangesOf, shows } from './blocks.ts';
import type { Sandbox } from './sandbox.ts';

/** What a page runs, one after the other. */
interface Step {
  readonly line: number;
  readonly script: string;
  /** Of a `console` block: what it is to print. */
  readonly expected?: string;
}

export interface PreparedPage {
  readonly path: string;
  /** The programs and files of TypeScript, for the compiler. */
  readonly programs: readonly string[];
  readonly steps: readonly Step[];
  readonly ran: number;
  readonly notRun: readonly { readonly reason: string }[];
}

const RUNNABLE = ['ts', 'sh', 'console'];

/** A program begins with its imports, and goes on in the blocks that have none. */
const beginsProgram = ({ text }: Block): boolean => /^import /m.test(text);

export const preparePage = (sandbox: Sandbox, path: string, text: string): PreparedPage => {
  const blocks = blocksOf(text).filter(({ language, file }) => RUNNABLE.includes(language) || file !== undefined);
  const run = blocks.filter(({ notRun }) => notRun === undefined);
  const programs: string[] = [];
  const steps: Step[] = [];
  for (const [index, block] of run.entries()) {
    if (block.file?.startsWith('examples/')) continue;
    if (block.file !== undefined) {
      const file = sandbox.write(path, `.files/${index}/${block.file}`, block.text);
      if (block.language === 'ts') programs.push(sandbox.write(path, block.file, block.text));
      steps.push({ line: block.line, script: `mkdir -p "$(dirname '${block.file}')" && cp '${file}' '${block.file}'` });
    } else if (block.language === 'ts') {
      if (!beginsProgram(block) && programs.length > 0) continue;
      const program = sandbox.write(path, `.files/${index}.ts`, programFrom(run, index));
      programs.push(program);
      steps.push({ line: lastLineOf(run, index), script: `node '${program}'` });
    } else if (block.language === 'sh') {
      steps.push({ line: block.line, script: block.text });
    } else {
      for (const { command, expected } of exchangesOf(block.text)) {
        steps.push({ line: block.line, script: command, expected });
      }
    }
  }
  const notRun = blocks.flatMap(({ notRun: reason }) => (reason === undefined ? [] : [{ reason }]));
  return { path, programs, steps: steps.toSorted((a, b) => a.line - b.line), ran: run.length, notRun };
};

/** The blocks of one program, each in the lines that it has in the page, so that an error names them. */
const partsFrom = (blocks: readonly Block[], index: number): readonly Block[] => {
  const rest = blocks.slice(index + 1).filter(({ language, file }) => language === 'ts' && file === undefined);
  const next = rest.findIndex(beginsProgram);
  return [blocks[index] as Block, ...(next === -1 ? rest : rest.slice(0, next))];
};

const programFrom = (blocks: readonly Block[], index: number): string => {
  let text = '';
  for (const part of partsFrom(blocks, index)) {
    text += '\n'.repeat(Math.max(0, part.line - 1 - (text.split('\n').length - 1))) + part.text;
  }
  return text;
};

const lastLineOf = (blocks: readonly Block[], index: number): number => partsFrom(blocks, index).at(-1)?.line ?? 0;

const MARK = '\u001e';

/** Runs a page from top to bottom in one shell; answers what did not go as the page says. */
export const runPage = async (sandbox: Sandbox, { path, steps }: PreparedPage): Promise<readonly string[]> => {
  if (steps.length === 0) return [];
  // A step of `sh` that fails ends the script; one of `console` may fail, when the page shows the error.
  const script = steps.map(({ script: text, expected }) =>
    expected === undefined
      ? `set -e\n${text}\nset +e\nprintf '%s' '0${MARK}'`
      : `set +e\n${text}\nprintf '%s' "$?${MARK}"`,
  );
  const { printed } = await sandbox.bash(path, `exec 2>&1\n${script.join('\n')}`);
  const parts = printed.split(MARK);
  return steps.flatMap((step, index) => problemOf(path, step, parts[index], index < parts.length - 1)).slice(0, 1);
};

const problemOf = (path: string, step: Step, part: string | undefined, ended: boolean): readonly string[] => {
  const { line, script, expected } = step;
  const where = `${path}:${line}`;
  if (!ended || part === undefined) return [`${where} failed:\n${script}\n${part ?? ''}`];
  const [, output = '', code = ''] = /^([\s\S]*?)(\d+)$/.exec(part) ?? [];
  if (expected === undefined) return [];
  if (code !== '0' && !/^error:/m.test(expected)) return [`${where} ended with ${code}:\n$ ${script}\n${output}`];
  if (!shows(expected, output)) return [`${where} shows\n${expected}\nand this was printed:\n$ ${script}\n${output}`];
  return [];
};
