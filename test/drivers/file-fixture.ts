import { mkdtemp, open, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostEnvironment } from '../../src/connectors/environment.ts';
import { localConnector } from '../../src/connectors/local.ts';
import { createCommandRunner } from '../../src/drivers/command-runner.ts';
import type { ConnectionInfo, Driver } from '../../src/drivers/contract.ts';
import definition from '../../src/drivers/file/driver.ts';
import { parseOptions } from '../../src/drivers/parse-options.ts';
import { resolveSecrets } from '../../src/drivers/resolve-secrets.ts';
import type { RunCommand } from '../../src/drivers/run-command.ts';
import { silentLogger } from '../../src/logging.ts';
import type { AttachedBytes, DriverFixture } from '../contract/driver.ts';

export const runForReal: RunCommand = createCommandRunner({ rootHelper: 'sudo -n', log: silentLogger });

export const temporaryDirectory = async (): Promise<string> => realpath(await mkdtemp(join(tmpdir(), 'scoria-test-')));

export const makeFileDriver = async (
  directory: string,
  options: Record<string, unknown> = {},
  run: RunCommand = runForReal,
): Promise<Driver> => {
  const parsed = await resolveSecrets(definition, parseOptions(definition, { directory, ...options }), run);
  return definition.create(parsed, { backendName: 'under-test', run, log: silentLogger });
};

export const hostIn = (stateDirectory: string, isRoot: boolean): HostEnvironment => ({
  run: runForReal,
  log: silentLogger,
  stateDirectory,
  isRoot,
});

/** The bytes of a connection, through the device that this host attaches. */
export const attachHere = async (host: HostEnvironment, info: ConnectionInfo): Promise<AttachedBytes> => {
  const connector = localConnector(host);
  const device = await connector.connectVolume(info, { attach_mode: 'rw' });
  const handle = await open(device.path, 'r+');
  return {
    write: async (offsetBytes, bytes) => {
      await handle.write(bytes, 0, bytes.length, offsetBytes);
    },
    read: async (offsetBytes, lengthBytes) => {
      const bytes = new Uint8Array(lengthBytes);
      await handle.read(bytes, 0, lengthBytes, offsetBytes);
      return bytes;
    },
    sizeBytes: () => connector.extendVolume(info, device),
    detach: async () => {
      await handle.close();
      await connector.disconnectVolume(info, device, { force: false });
    },
  };
};

export const makeFileFixture = (isRoot: boolean) => async (): Promise<DriverFixture> => {
  const root = await temporaryDirectory();
  const directory = join(root, 'volumes');
  return {
    definition,
    driver: await makeFileDriver(directory),
    connector: { host: 'here' },
    tooLargeGiB: 8_388_607,
    attach: (info) => attachHere(hostIn(join(root, 'state'), isRoot), info),
    remains: () => readdir(directory),
    close: () => rm(root, { recursive: true }),
  };
};
