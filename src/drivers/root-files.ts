import { fileURLToPath } from 'node:url';
import { Secret } from '../secret.ts';
import { assertOurs } from './current-operation.ts';
import { type FileAnswer, type FileStep, performSteps, StepError } from './root-files/steps.ts';
import type { RunCommand } from './run-command.ts';

export type { QmpCommand } from './root-files/qmp.ts';
export type { FileAnswer, FileStep } from './root-files/steps.ts';
export { StepError } from './root-files/steps.ts';
export type { TgtdError, TgtdRequest } from './root-files/tgtd.ts';

/**
 * Files that only root may change: configfs, sysfs, iSCSI's node records. Steps are performed in their order, and the
 * first that fails ends them by a `StepError`. As root in this process; otherwise by one program through the root
 * helper, which reads them from its standard input, so that a credential is in no argument.
 */
export type RootFiles = (steps: readonly FileStep[]) => Promise<readonly FileAnswer[]>;

/** Beside this file as a source; what is built finds it through the package, because the command is one file. */
const programPath = (): string =>
  fileURLToPath(
    import.meta.filename.endsWith('.ts')
      ? new URL('./root-files/main.ts', import.meta.url)
      : import.meta.resolve('scoria/root-files'),
  );

export const rootFiles =
  (run: RunCommand, isRoot = process.getuid?.() === 0): RootFiles =>
  async (steps) => {
    if (steps.length === 0) return [];
    if (isRoot) return ownFiles(steps);
    const { stdout, exitCode } = await run(process.execPath, [programPath()], {
      root: true,
      input: new Secret(JSON.stringify(steps)),
      expectedExitCodes: [0, 1],
    });
    const answer = parsed(stdout);
    if (exitCode === 0 && 'answers' in answer) return answer.answers;
    if ('code' in answer) throw new StepError(answer.code, answer.path);
    throw new Error('the program that changes files as root gave no answer');
  };

/** For files that Scoria's own user may change. */
export const ownFiles: RootFiles = async (steps) => {
  await assertOurs();
  return performSteps(steps);
};

type ProgramAnswer =
  | { readonly answers: readonly FileAnswer[] }
  | { readonly code: string; readonly path: string }
  | object;

const parsed = (stdout: string): ProgramAnswer => {
  try {
    return JSON.parse(stdout) as ProgramAnswer;
  } catch {
    return {};
  }
};
