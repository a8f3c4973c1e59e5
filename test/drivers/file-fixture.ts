import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostEnvironment } from '../../src/connectors/environment.ts';
import { callSignal } from '../../src/drivers/call.ts';
import { createCommandRunner } from '../../src/drivers/command-runner.ts';
import type { Driver } from '../../src/drivers/contract.ts';
import definition from '../../src/drivers/file/driver.ts';
import { parseOptions } from '../../src/drivers/parse-options.ts';
import { resolveSecrets } from '../../src/drivers/resolve-secrets.ts';
import type { RunCommand } from '../../src/drivers/run-command.ts';
import { silentLogger } from '../../src/logging.ts';
import { attachOn } from '../../src/testing/driver/host-bytes.ts';
import type { BackendUnderTest } from '../../src/testing/driver/subject.ts';

export const runForReal: RunCommand = createCommandRunner({ rootHelper: 'sudo -n', log: silentLogger });

export const temporaryDirectory = async (): Promise<string> => realpath(await mkdtemp(join(tmpdir(), 'scoria-test-')));

export const makeFileDriver = async (
  directory: string,
  options: Record<string, unknown> = {},
  run: RunCommand = runForReal,
): Promise<Driver> => {
  const parsed = await resolveSecrets(definition, parseOptions(definition, { directory, ...options }), run);
  return definition.create(parsed, { backendName: 'under-test', run, log: silentLogger, signal: callSignal });
};

export const hostIn = (stateDirectory: string, isRoot: boolean): HostEnvironment => ({
  run: runForReal,
  log: silentLogger,
  stateDirectory,
  isRoot,
});

export const makeFileBackend = (isRoot: boolean) => async (): Promise<BackendUnderTest> => {
  const root = await temporaryDirectory();
  const directory = join(root, 'volumes');
  return {
    options: { directory },
    tooLargeGiB: 8_388_607,
    attach: attachOn(hostIn(join(root, 'state'), isRoot)),
    remains: () => readdir(directory),
    close: () => rm(root, { recursive: true }),
  };
};
