import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

const GIB = 1024 ** 3;

/**
 * What is on this host of a volume group, of exports and of attachments, in lines: asked of LVM, the kernel and the
 * daemons, and of nothing of Scoria's.
 */
export const foundWorld = async (volumeGroup: string): Promise<readonly string[]> =>
  (
    await Promise.all([
      logicalVolumes(volumeGroup),
      lioExports(),
      tgtExports(),
      nvmetExports(),
      savedExports(),
      sessions(),
      nodeRecords(),
      controllers(),
      disks(),
      claims(),
    ])
  ).flat();

const namesIn = (directory: string): Promise<readonly string[]> => readdir(directory).catch(() => []);
const textOf = (...path: readonly string[]): Promise<string> =>
  readFile(join(...path), 'utf8').then(
    (text) => text.trim(),
    () => '',
  );

const logicalVolumes = async (group: string): Promise<readonly string[]> => {
  const fields = ['--noheadings', '--units', 'b', '--nosuffix', '--separator', ' ', '-o', 'lv_name,lv_size', group];
  const { stdout } = await execa('lvs', fields);
  const lines = stdout.split('\n').map((line) => line.trim().split(' '));
  return lines.flatMap(([name = '', bytes]) => {
    if (name === '' || name === `${group}-pool`) return [];
    if (name.startsWith('_snapshot-')) return [`snapshot ${name}`];
    return [`logical volume ${name} of ${Number(bytes) / GIB} GiB`];
  });
};

const TARGETS = '/sys/kernel/config/target/iscsi';
const CORE = '/sys/kernel/config/target/core';

const lioExports = async (): Promise<readonly string[]> => {
  const names = (await namesIn(TARGETS)).filter((name) => name.startsWith('iqn.'));
  const hosts = names.map(async (name) =>
    (await namesIn(join(TARGETS, name, 'tpgt_1', 'acls'))).map((host) => `host ${host} at ${name}`),
  );
  const hbas = (await namesIn(CORE)).filter((name) => name.startsWith('iblock_'));
  const behind = (await Promise.all(hbas.map((hba) => namesIn(join(CORE, hba))))).flat();
  const objects = behind.filter((name) => !name.startsWith('hba_') && !names.includes(name));
  return [
    ...names.map((name) => `export ${name}`),
    ...(await Promise.all(hosts)).flat(),
    ...objects.map((name) => `LIO's storage object ${name} of no export`),
  ];
};

const tgtExports = async (): Promise<readonly string[]> => {
  const { stdout = '' } = await execa('tgtadm', ['--lld', 'iscsi', '--mode', 'target', '--op', 'show'], {
    reject: false,
  });
  return stdout.split(/^(?=Target )/m).flatMap((target) => {
    const name = /^Target \d+: (\S+)/.exec(target)?.[1];
    const hosts = target.split('ACL information:')[1]?.match(/\S+/g) ?? [];
    return name === undefined ? [] : [`export ${name}`, ...hosts.map((host) => `host ${host} at ${name}`)];
  });
};

const NVMET = '/sys/kernel/config/nvmet';

const nvmetExports = async (): Promise<readonly string[]> => {
  const names = await namesIn(join(NVMET, 'subsystems'));
  const hosts = names.map(async (name) =>
    (await namesIn(join(NVMET, 'subsystems', name, 'allowed_hosts'))).map((host) => `host ${host} at ${name}`),
  );
  const known = await namesIn(join(NVMET, 'hosts'));
  return [
    ...names.map((name) => `export ${name}`),
    ...(await Promise.all(hosts)).flat(),
    ...known.map((host) => `host ${host}`),
  ];
};

const VOLUMES_DIRECTORY = '/var/lib/scoria/volumes';

/** What a restart of the daemon, or of the host, would make again. */
const savedExports = async (): Promise<readonly string[]> => {
  const texts = await Promise.all(
    ['/etc/rtslib-fb-target', '/etc/target'].map((directory) => textOf(directory, 'saveconfig.json')),
  );
  const saved = texts.flatMap((text) => (text === '' ? [] : (JSON.parse(text).targets as { wwn: string }[])));
  const files = await namesIn(VOLUMES_DIRECTORY);
  const ofTgt = await Promise.all(files.map((name) => textOf(VOLUMES_DIRECTORY, name)));
  const names = [...saved.map(({ wwn }) => wwn), ...ofTgt.map((text) => /<target (\S+)>/.exec(text)?.[1] ?? text)];
  return names.map((name) => `saved export ${name}`);
};

const sessions = async (): Promise<readonly string[]> => {
  const ids = await namesIn('/sys/class/iscsi_session');
  return Promise.all(ids.map(async (id) => `session ${await textOf('/sys/class/iscsi_session', id, 'targetname')}`));
};

const nodeRecords = async (): Promise<readonly string[]> => {
  const places = ['/etc/iscsi/nodes', '/var/lib/iscsi/nodes'];
  const found = places.map(async (place) => {
    const targets = await namesIn(place);
    const portals = await Promise.all(targets.map((target) => namesIn(join(place, target))));
    return targets.flatMap((target, index) => (portals[index] ?? []).map(() => `node record ${target}`));
  });
  return (await Promise.all(found)).flat();
};

const controllers = async (): Promise<readonly string[]> => {
  const names = await namesIn('/sys/class/nvme');
  return Promise.all(names.map(async (name) => `controller ${await textOf('/sys/class/nvme', name, 'subsysnqn')}`));
};

const SECTOR = 512;

/** Disks that came over iSCSI or NVMe-oF, and maps over several of them. A disk in a map is no disk of its own. */
const disks = async (): Promise<readonly string[]> => {
  const names = (await namesIn('/sys/class/block')).filter((name) => /^(sd[a-z]+|nvme\d+n\d+|dm-\d+)$/.test(name));
  const found = names.map(async (name) => {
    const isMap = (await textOf('/sys/class/block', name, 'dm', 'uuid')).startsWith('mpath-');
    const isPath = (await namesIn(join('/sys/class/block', name, 'holders'))).length > 0;
    if (name.startsWith('dm-') ? !isMap : isPath) return [];
    const size = (Number(await textOf('/sys/class/block', name, 'size')) * SECTOR) / GIB;
    return [...(isMap ? [`map ${name}`] : []), `disk ${name} of ${size} GiB`];
  });
  return (await Promise.all(found)).flat();
};

const claims = async (): Promise<readonly string[]> =>
  (await namesIn('/run/scoria/units')).map(() => 'claim of a connection');
