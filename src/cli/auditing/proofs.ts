import type { Command } from 'commander';
import { checkedProof, type Proven } from '../../library/audit/check-proof.ts';
import { listOf } from '../arguments.ts';
import { readText, writeAtomically } from '../files.ts';
import type { Report } from '../report.ts';
import { telling, writing } from '../verbs.ts';

export const proofVerbs = (group: Command): void => {
  group
    .command('prove <event> [file]')
    .description('prove that an event, by its position or id, is under the newest checkpoint; shows no other event')
    .action(
      writing<object, readonly [string, string?]>(
        async ({ engine }, [event, file]) =>
          written(await engine.audit.prove(/^\d{1,19}$/.test(event) ? BigInt(event) : event), file),
        'refuse',
        'open',
      ),
    );
  group
    .command('consistency <older> <newer> [file]')
    .description('prove that the log of a newer note begins with that of an older one')
    .action(
      writing<object, readonly [string, string, string?]>(
        async ({ engine }, [older, newer, file]) => {
          const notes = [await readText('older note', older), await readText('newer note', newer)] as const;
          return written(await engine.audit.proveConsistency(...notes), file);
        },
        'refuse',
        'open',
      ),
    );
  group
    .command('check <proof>')
    .description('check a proof, without any log')
    .requiredOption('--key <file>', 'the public key that you trust; may be repeated', listOf)
    .action(
      telling<{ key: readonly string[] }, readonly [string]>(async ([proof], { key }) => {
        const keys = await Promise.all(key.map(async (file) => (await readText('key', file)).trim()));
        return shown(checkedProof(proof, await readText('proof', proof), keys));
      }),
    );
};

const written = async (proof: string, file: string | undefined): Promise<Report> => {
  if (file === undefined) return { verbatim: proof };
  await writeAtomically(file, [proof]);
  return { json: { file }, text: () => `the proof is in ${file}` };
};

const shown = (proven: Proven): Report => {
  if (proven.kind === 'consistency') {
    const { origin, older, newer } = proven;
    return {
      json: proven,
      text: () => `proven: the ${newer} events of ${origin} begin with the ${older} that were sealed before`,
    };
  }
  const { body, ...place } = proven;
  const event: unknown = JSON.parse(body);
  return {
    json: { ...place, event },
    text: () =>
      `proven: event ${place.index + 1} of the ${place.size} that are sealed of ${place.origin}\n${JSON.stringify(event, null, 2)}`,
  };
};
