import { z } from 'zod';
import type { ConnectionInfo } from '../../drivers/contract.ts';
import { connectionIdOf } from '../connection-id.ts';
import { parseInfo } from '../parse-info.ts';
import type { Route } from '../remote-connector.ts';

export interface Portal {
  readonly address: string;
  readonly port: number;
}

/** What tells the namespace from others of its subsystem: one of these. */
export type NamespaceKey = { readonly attribute: 'uuid' | 'nguid' | 'nsid'; readonly value: string };

export interface NvmeRoute extends Route {
  readonly nqn: string;
  /** The first is the one to take where one is enough. */
  readonly portals: readonly Portal[];
  readonly namespace: NamespaceKey;
  /** The name to connect by; the host's own when `null`. */
  readonly hostNqn: string | null;
}

const Address = z.string().regex(/^[0-9A-Za-z.:-]+$/, { error: 'must be an address' });
const Port = z.coerce.number().int().min(1).max(65_535);
const Nqn = z.string().regex(/^nqn\.[^\s/]+$/, { error: 'must be the name of an NVMe subsystem' });
const Tcp = z.literal('tcp', { error: 'must be tcp, the one transport that is supported' });
const Uuid = z.string().regex(/^[0-9A-Fa-f-]{32,36}$/, { error: 'must be a UUID' });
const NamespaceId = z.coerce.number().int().min(1);

const Namespace = {
  ns_id: NamespaceId.nullish(),
  volume_nguid: Uuid.nullish(),
  host_nqn: Nqn.nullish(),
};

/** Cinder's two forms of the info (nvmeof_conn_info_version). */
const NvmeInfo = z.union([
  z.looseObject({
    target_nqn: Nqn,
    portals: z.array(z.tuple([Address, Port, Tcp])).min(1),
    vol_uuid: Uuid.nullish(),
    ...Namespace,
  }),
  z
    .looseObject({ nqn: Nqn, target_portal: Address, target_port: Port, transport_type: Tcp, ...Namespace })
    .transform(({ nqn, target_portal, target_port, transport_type, ...others }) => ({
      ...others,
      target_nqn: nqn,
      portals: [[target_portal, target_port, transport_type] as const],
      vol_uuid: null,
    })),
]);

const Known = NvmeInfo.refine(({ vol_uuid, volume_nguid, ns_id }) => vol_uuid || volume_nguid || ns_id, {
  error: 'must tell the namespace: "vol_uuid", "volume_nguid" or "ns_id"',
});

export const nvmeRouteOf = (info: ConnectionInfo): NvmeRoute => {
  const { target_nqn: nqn, portals, vol_uuid, volume_nguid, ns_id, host_nqn } = parseInfo(Known, info);
  const namespace = keyOf(vol_uuid, volume_nguid, ns_id);
  const unit = `${nqn}/${namespace.value}`;
  return {
    connectionId: connectionIdOf(info, `nvmeof ${unit}`),
    targets: [nqn],
    units: [unit],
    nqn,
    portals: portals.map(([address, port]) => ({ address, port })),
    namespace,
    hostNqn: host_nqn ?? null,
  };
};

type Given<Value> = Value | null | undefined;

const keyOf = (uuid: Given<string>, nguid: Given<string>, nsId: Given<number>): NamespaceKey => {
  if (uuid) return { attribute: 'uuid', value: hyphened(uuid) };
  if (nguid) return { attribute: 'nguid', value: hyphened(nguid) };
  return { attribute: 'nsid', value: String(nsId) };
};

/** As the kernel writes it. */
const hyphened = (uuid: string): string =>
  uuid
    .toLowerCase()
    .replaceAll('-', '')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
