import { realpath } from 'node:fs/promises';
import { dirname, normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { type FileStep, performSteps, StepError } from './steps.ts';

/**
 * The one program of Scoria's own that runs as root, where Scoria itself does not: reads steps from standard input and
 * changes files of the storage's own, and no other. A sudoers line allows it without arguments.
 */
const ALLOWED = [
  '/sys/kernel/config/target/',
  '/sys/kernel/config/nvmet/',
  '/sys/devices/',
  '/etc/iscsi/',
  '/etc/rtslib-fb-target/',
  '/etc/target/',
  '/etc/nvmet/',
  '/var/lib/iscsi/',
  '/var/lib/scoria/',
  '/run/scoria/',
];

const Path = z
  .string()
  .refine((path) => normalize(path) === path && !path.includes('\0'), { error: 'must be absolute and plain' });
const Steps = z.array(
  z.union([
    z.strictObject({
      do: z.enum(['mkdir', 'rmdir', 'unlink', 'read', 'list', 'readlink', 'assertUnused']),
      path: Path,
    }),
    z.strictObject({ do: z.literal('link'), path: Path, to: Path }),
    z.strictObject({ do: z.enum(['write', 'replace']), path: Path, text: z.string() }),
  ]),
);

const isAllowed = (step: FileStep['do'], path: string): boolean =>
  step === 'assertUnused' ? path.startsWith('/dev/') : ALLOWED.some((place) => path.startsWith(place));

/** Where it really is: a link in its way must not lead elsewhere. */
const realPlace = async (path: string): Promise<string> => {
  const directory = dirname(path);
  const real = await realpath(directory).catch(() => null);
  if (real !== null) return `${real}${path.slice(directory.length)}`;
  return directory === '/' ? path : `${await realPlace(directory)}${path.slice(directory.length)}`;
};

const answered = async (): Promise<object> => {
  const steps = Steps.parse(JSON.parse(await text(process.stdin)));
  for (const { do: step, path } of steps) {
    if (!isAllowed(step, await realPlace(path))) throw new StepError('EPERM', path);
  }
  return { answers: await performSteps(steps) };
};

try {
  process.stdout.write(`${JSON.stringify(await answered())}\n`);
} catch (error) {
  const { code = 'EINVAL', path = '' } = error instanceof StepError ? error : {};
  process.stdout.write(`${JSON.stringify({ code, path })}\n`);
  process.exitCode = 1;
}
