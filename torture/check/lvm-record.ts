import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Fold } from '../../property-tests/model/folds.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Connection, VolumeState } from '../../src/domain/volume/volume.ts';
import { recordedBytes } from './recorded.ts';

/** In the words of `lvm-world.ts`, what the record says is there. */
export const recordedWorld = async (folds: ReadonlyMap<string, Fold>): Promise<readonly string[]> => {
  const lines = [...folds.values()].map(async ({ kind, state, events }) => {
    if (kind !== 'volume') return [];
    const volume = state as VolumeState;
    const connections = Object.values(volume.connections);
    const attached = connections.filter(({ device }) => device !== null);
    return [
      ...recordedBytes(volume, events).map(bytesLine),
      ...new Set(connections.flatMap(exportLines)),
      ...(await Promise.all(attached.map((one) => attachmentLines(one, volume)))).flat(),
    ];
  });
  const all = (await Promise.all(lines)).flat();
  return all.filter((line, index) => !isOfHost(line) || all.indexOf(line) === index);
};

/** Said once, however many exports let it in. */
const isOfHost = (line: string): boolean => /^host \S+$/.test(line);

const bytesLine = ({ kind, id, sizeGiB }: ReturnType<typeof recordedBytes>[number]): string =>
  kind === 'volume' ? `logical volume volume-${id} of ${sizeGiB} GiB` : `snapshot _snapshot-${id}`;

const exportLines = ({ connector, connection_info }: Connection): readonly string[] => {
  const { target, initiatorKey } = targetOf(connection_info?.data ?? {});
  const lines = [`export ${target}`, `host ${String(connector[initiatorKey])} at ${target}`];
  // The kernel's NVMe-oF has nothing that makes exports again after a reboot.
  return initiatorKey === 'nqn' ? [...lines, `host ${String(connector.nqn)}`] : [...lines, `saved export ${target}`];
};

const targetOf = ({ target_iqn, target_nqn, nqn, target_iqns }: JsonObject) => {
  const iqn = target_iqn ?? (Array.isArray(target_iqns) ? target_iqns[0] : undefined);
  return iqn === undefined
    ? { target: String(target_nqn ?? nqn), initiatorKey: 'nqn' }
    : { target: String(iqn), initiatorKey: 'initiator' };
};

const attachmentLines = async (
  { connector, connection_info, device }: Connection,
  { volume }: VolumeState,
): Promise<readonly string[]> => {
  const data = connection_info?.data ?? {};
  const { target, initiatorKey } = targetOf(data);
  const portals = connector.multipath === true && Array.isArray(data.target_portals) ? data.target_portals.length : 1;
  const kernelName = basename(await realpath(String(device?.path)).catch(() => 'gone'));
  const ofSession = initiatorKey === 'nqn' ? [`controller ${target}`] : [`session ${target}`, `node record ${target}`];
  return [
    ...Array.from({ length: portals }, () => ofSession).flat(),
    ...(kernelName.startsWith('dm-') ? [`map ${kernelName}`] : []),
    'claim of a connection',
    `disk ${kernelName} of ${volume?.size} GiB`,
  ];
};
