import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DriverDefinition, defineDriver } from '../../src/drivers/contract.ts';
import file from '../../src/drivers/file/driver.ts';
import type { RunCommand } from '../../src/drivers/run-command.ts';
import { withPoints } from '../points/driver.ts';
import { at, isDoomedAt } from '../points/points.ts';

export const COPYING = 'copy: while its program runs';
const POLL_MS = 2;

/** A copy has begun when its target is there (`slow-copies.ts`). */
const begun = async (target: string, ended: () => boolean): Promise<void> => {
  while (!ended() && (await stat(target).catch(() => null)) === null) await sleep(POLL_MS);
};

const withPointInCopies =
  (run: RunCommand): RunCommand =>
  async (program, args, options) => {
    if (program !== 'cp' || !isDoomedAt(COPYING)) return run(program, args, options);
    let ended = false;
    const running = run(program, args, options).finally(() => {
      ended = true;
    });
    await Promise.all([running, begun(args.at(-1) ?? '', () => ended).then(() => at(COPYING))]);
    return running;
  };

/** The file driver, with points in it. */
const definition: DriverDefinition<typeof file.options> = defineDriver({
  ...file,
  create: (options, environment) =>
    withPoints(file.create(options, { ...environment, run: withPointInCopies(environment.run) })),
});
export default definition;
