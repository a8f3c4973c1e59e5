import { mkdir, writeFile } from 'node:fs/promises';

/** Where Cinder's tgtadm keeps a file for each target: below its state path. */
export const VOLUMES_DIRECTORY = '/var/lib/cinder/volumes';

/** Makes tgt look where Cinder keeps its targets, as Debian's package of Cinder does. */
export const tgtIncludesCinders = async (): Promise<void> => {
  await mkdir(VOLUMES_DIRECTORY, { recursive: true });
  await writeFile('/etc/tgt/conf.d/cinder.conf', `include ${VOLUMES_DIRECTORY}/*\n`);
};
