import { appendFileSync } from 'node:fs';
import type { z } from 'zod';
import { type DriverDefinition, type DriverEnvironment, DriverFailure } from '../../../src/drivers/contract.ts';
import file from '../../../src/drivers/file/driver.ts';
import memory from '../../../src/drivers/memory/driver.ts';
import { secret } from '../../../src/drivers/options.ts';
import type { LogFields } from '../../../src/logging.ts';
import { Secret } from '../../../src/secret.ts';
import { through } from '../../../src/secrets/through.ts';

/** What nobody may ever see: each secret of the tests begins with it. */
export const CANARY = 'canary-';

/** Where programs that the driver starts write what they see of themselves and others. */
export const WITNESS = 'SCORIA_TEST_WITNESS';
/** `refusing` and `losing` drivers say all that they know in their errors. */
export const MOOD = 'SCORIA_TEST_MOOD';

/** What a program sees: its environment, and the command lines of all processes. */
const LOOK = 'cat >/dev/null; tr "\\0" "\\n" </proc/self/environ; cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "';

const secretsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value.includes(CANARY) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsIn) : [];
};

/**
 * A driver whose answers are full of credentials, all declared, and that is as indiscreet about what it was given as a
 * driver can be: in its log, in its errors, in what it asks of programs.
 */
const talkative = (base: DriverDefinition): DriverDefinition => ({
  ...base,
  name: `talkative ${base.name}`,
  options: base.options.extend({ password: secret() }) as unknown as z.ZodObject,
  secrets: ['connection_info.data.targets.*.password'],
  create(options, environment) {
    const { password, ...others } = options as { readonly password: Secret } & Record<string, unknown>;
    const driver = base.create(base.name === 'memory' ? options : others, environment);
    const withAnswers = {
      ...driver,
      createExport: async (volume, connector) => {
        const update = await driver.createExport(volume, connector);
        return { ...update, provider_auth: `CHAP ada ${CANARY}chap-${volume.id}` };
      },
      initializeConnection: async (volume, request) => {
        const info = await driver.initializeConnection(volume, request);
        const targets = ['a', 'b'].map((port) => ({ port, password: `${CANARY}target-${port}-${request.id}` }));
        const [, auth_username = '', auth_password = ''] = (volume.provider_auth ?? '').split(' ');
        return { ...info, data: { ...info.data, auth_username, auth_password, targets } };
      },
    } satisfies typeof driver;
    return through(withAnswers, async (given, call) => {
      const secrets = [...secretsIn(given), password.reveal()];
      await mutter(secrets, environment);
      const answer = await call(given);
      const made = typeof answer === 'object' && answer !== null && 'provider_auth' in answer;
      if (!made) complain(secrets.join(' and '));
      return answer;
    });
  },
});

const mutter = async (secrets: readonly string[], { log, run }: DriverEnvironment): Promise<void> => {
  for (const word of secrets) {
    const fields: LogFields = { path: `/dev/${word}`, program: word };
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level](fields, `Using ${word}`);
  }
  const witness = process.env[WITNESS];
  if (witness === undefined) return;
  const { stdout } = await run('sh', ['-c', LOOK], { input: new Secret(secrets.join(' ')) });
  appendFileSync(witness, `${stdout}\n`);
};

const complain = (words: string): void => {
  const cause = Object.assign(new Error(`the array said ${words}`), { stderr: words, answer: { words } });
  if (process.env[MOOD] === 'refusing') throw new DriverFailure(`refused ${words}`, `try ${words}`, { cause });
  if (process.env[MOOD] === 'losing') throw new Error(`lost ${words}`, { cause });
};

export const talkativeMemory = talkative(memory as unknown as DriverDefinition);

export default talkative(file as unknown as DriverDefinition);
