import type { Command } from 'commander';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { writing } from '../verbs.ts';

export const sealVerbs = (group: Command): void => {
  group
    .command('seal')
    .description('sign a checkpoint over all events, and hand its note out')
    .action(
      writing(async ({ engine, context }) => {
        const { note, size, origin, root, isNew } = await engine.audit.seal(context);
        const done = isNew ? `${size} events are sealed` : `nothing is new since ${size} events were sealed`;
        return { json: { origin, size, root, note, new: isNew }, text: () => `${done}\n\n${note}` };
      }),
    );
  group
    .command('accept')
    .description('accept that the log does not hold the newest note kept outside; needs a --reason')
    .action(
      writing(
        async ({ engine, context }) => {
          if (context.reason === undefined) throw noReason();
          const { key, ...identity } = await engine.audit.acceptRollback(context);
          return {
            json: { key, ...identity },
            text: () => `accepted: the log goes on as ${identity.origin}\n${key}`,
          };
        },
        'refuse',
        'open',
      ),
    );
};

const noReason = (): ScoriaError =>
  new ScoriaError(
    rejections.InvalidInput('a rollback is accepted for a reason, which the record keeps', 'say why: --reason TEXT'),
  );
