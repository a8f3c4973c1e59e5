import { rootFiles } from '../../../src/drivers/root-files.ts';
import { lioTarget } from '../../../src/drivers/targets/lio.ts';
import { aVolume } from '../../../src/testing/resources.ts';
import { environment, OPTIONS } from '../support/target-trial.ts';

/** Exports volumes as a process of its own: `ID DEVICE ID DEVICE ...`. */
const words = process.argv.slice(2);
const { run, log } = environment();
const target = lioTarget(OPTIONS, { run, files: rootFiles(run), log });
await target.setup();
for (let place = 0; place < words.length; place += 2) {
  await target.createExport(aVolume({ id: words[place] ?? '' }), words[place + 1] ?? '');
}
