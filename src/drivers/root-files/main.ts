import { realpath } from 'node:fs/promises';
import { dirname, normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { JsonObjectSchema } from '../../domain/json.ts';
import { QMP_COMMANDS } from './qmp.ts';
import { type FileStep, performSteps, StepError } from './steps.ts';
import { TGTD_ERRORS, TGTD_MODES, TGTD_OPERATIONS } from './tgtd.ts';

/**
 * The one program of Scoria's own that runs as root, where Scoria itself does not: reads steps from standard input and
 * changes files of the storage's own, and no other. A sudoers line allows it without arguments.
 *
 * Nobody but root may write to these directories: there, a link would lead elsewhere between a look and a change.
 */
const CONFIGFS = ['/sys/kernel/config/target/', '/sys/kernel/config/nvmet/'];
const SAVED_CONFIGURATIONS = ['/etc/rtslib-fb-target/saveconfig.json', '/etc/target/saveconfig.json'];
const TGTD_SOCKET = /^\/run\/tgtd\/socket\.\d+$/;
const QMP_SOCKET = /^\/run\/scoria\/rbd\/user-space\/[0-9a-f]+\/qmp$/;
/** Links whose text says which connection uses what. */
const CLAIMS = ['/run/scoria/units/'];
const ALLOWED = [...CONFIGFS, '/sys/devices/', '/etc/iscsi/', '/etc/nvmet/', '/var/lib/iscsi/', '/run/scoria/'];

const Path = z
  .string()
  .startsWith('/')
  .refine((path) => normalize(path) === path && !path.endsWith('/') && !path.includes('\0'), {
    error: 'must be absolute and plain',
  });
const Whole = z.int().min(0);
const Request = z.strictObject({
  mode: z.enum(TGTD_MODES),
  operation: z.enum(TGTD_OPERATIONS),
  tid: Whole.exactOptional(),
  sid: Whole.exactOptional(),
  cid: Whole.exactOptional(),
  lun: Whole.exactOptional(),
  parameters: z.string().exactOptional(),
  unless: z.array(z.enum(TGTD_ERRORS)).exactOptional(),
});
const Command = z.strictObject({ execute: z.enum(QMP_COMMANDS), arguments: JsonObjectSchema.exactOptional() });
const Steps: z.ZodType<FileStep[]> = z.array(
  z.union([
    z.strictObject({ do: z.enum(['unlink', 'read', 'list', 'readlink', 'assertUnused']), path: Path }),
    z.strictObject({ do: z.literal('mkdir'), path: Path, isNew: z.boolean().exactOptional() }),
    z.strictObject({ do: z.literal('rmdir'), path: Path, ifUnused: z.boolean().exactOptional() }),
    z.strictObject({ do: z.literal('link'), path: Path, to: z.string().regex(/^[^\0]+$/) }),
    z.strictObject({ do: z.literal('write'), path: Path, text: z.string(), isSecret: z.boolean().exactOptional() }),
    z.strictObject({ do: z.literal('replace'), path: Path, text: z.string() }),
    z.strictObject({ do: z.enum(['saveTarget', 'savedSerial']), path: Path, name: z.string().regex(/^[^/\0]+$/) }),
    z.strictObject({ do: z.literal('tgtd'), path: Path, request: Request }),
    z.strictObject({ do: z.literal('qmp'), path: Path, commands: z.array(Command) }),
  ]),
);

const isIn = (path: string, places: readonly string[]): boolean => places.some((place) => path.startsWith(place));

/** Where it really is: a link in its way must not lead elsewhere. */
const realPlace = async (path: string): Promise<string> => {
  const directory = dirname(path);
  const real = await realpath(directory).catch(() => null);
  if (real !== null) return `${real === '/' ? '' : real}${path.slice(directory.length)}`;
  return directory === '/' ? path : `${await realPlace(directory)}${path.slice(directory.length)}`;
};

/** A claim: words, and no path that anything could be found by. */
const leadsNowhere = (to: string): boolean => to.includes(' ') && !to.startsWith('/') && !to.includes('..');

const leadsWithin = async (to: string): Promise<boolean> =>
  Path.safeParse(to).success && isIn(await realPlace(to), CONFIGFS);

const isAllowed = async (step: FileStep): Promise<boolean> => {
  const place = await realPlace(step.path);
  switch (step.do) {
    case 'saveTarget':
    case 'savedSerial':
      return SAVED_CONFIGURATIONS.includes(place) && step.name !== '.' && step.name !== '..';
    case 'tgtd':
      return TGTD_SOCKET.test(place);
    case 'qmp':
      return QMP_SOCKET.test(place);
    case 'assertUnused':
      return place.startsWith('/dev/');
    case 'link':
      return (isIn(place, CLAIMS) && leadsNowhere(step.to)) || (isIn(place, CONFIGFS) && (await leadsWithin(step.to)));
    case 'mkdir':
      return isIn(`${place}/`, ALLOWED);
    default:
      return isIn(place, ALLOWED);
  }
};

/** Right before each step, because the one before may have changed where it leads. */
const assertAllowed = async (step: FileStep): Promise<void> => {
  if (!(await isAllowed(step))) throw new StepError('EPERM', step.path);
};

const answered = async (): Promise<object> => {
  const steps = Steps.parse(JSON.parse(await text(process.stdin)));
  for (const step of steps) await assertAllowed(step);
  return { answers: await performSteps(steps, assertAllowed) };
};

try {
  process.stdout.write(`${JSON.stringify(await answered())}\n`);
} catch (error) {
  const { code = 'EINVAL', path = '' } = error instanceof StepError ? error : {};
  process.stdout.write(`${JSON.stringify({ code, path })}\n`);
  process.exitCode = 1;
}
