import { readdir, readFile } from 'node:fs/promises';
import { execa } from 'execa';
import type { Engine } from '../src/index.ts';

/** Detaches what the killed left attached. Says which loop devices were still there over files of the directory. */
export const detachAll = async (engine: Engine, directory: string): Promise<readonly string[]> => {
  for (const volume of await engine.volumes()) {
    for (const connection of volume.connections) if (connection.attached) await connection.detach();
  }
  const devices = (await readdir('/sys/class/block').catch(() => [])).filter((device) => device.startsWith('loop'));
  const files = await Promise.all(
    devices.map((device) => readFile(`/sys/class/block/${device}/loop/backing_file`, 'utf8').catch(() => '')),
  );
  const left = devices.flatMap((device, index) =>
    files[index]?.startsWith(`${directory}/`) ? [{ device, file: files[index].trim() }] : [],
  );
  for (const { device } of left) await execa('losetup', ['-d', `/dev/${device}`], { reject: false });
  return left.map(({ device, file }) => `/dev/${device} over ${file}`);
};
