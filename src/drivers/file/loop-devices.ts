import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';

const SYSFS = '/sys/class/block';

const attribute = (device: string, name: string): Promise<string | null> =>
  readFile(join(SYSFS, device, name), 'utf8').then(
    (text) => text.trimEnd(),
    () => null,
  );

/** The file behind a loop device; `null` when it is not in use. */
export const backingFileOf = (devicePath: string): Promise<string | null> =>
  attribute(basename(devicePath), 'loop/backing_file');

export const isReadOnly = async (devicePath: string): Promise<boolean> =>
  (await attribute(basename(devicePath), 'ro')) === '1';

/** Of any block device; `null` when the kernel does not know it. */
export const deviceSizeBytes = async (devicePath: string): Promise<bigint | null> => {
  // A device may be named by a link, such as /dev/group/volume.
  const sectors = await attribute(basename(await realpath(devicePath)), 'size');
  return sectors === null ? null : BigInt(sectors) * 512n;
};

export interface LoopDevice {
  readonly path: string;
  /** The real path of the file behind it. */
  readonly file: string;
}

/** The loop devices that are in use. A host without loop devices has none. */
export const loopDevices = async (): Promise<readonly LoopDevice[]> => {
  const devices = await readdir(SYSFS).catch(() => []);
  const paths = devices.filter((device) => /^loop\d+$/.test(device)).map((device) => `/dev/${device}`);
  const files = await Promise.all(paths.map(backingFileOf));
  return paths.flatMap((path, index) => {
    const file = files[index];
    return file ? [{ path, file }] : [];
  });
};

/** The loop devices over a file, by the file's real path. */
export const loopDevicesOf = async (filePath: string): Promise<readonly string[]> =>
  (await loopDevices()).filter(({ file }) => file === filePath).map(({ path }) => path);
