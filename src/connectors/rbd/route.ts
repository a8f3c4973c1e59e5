import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ConnectionInfo } from '../../drivers/contract.ts';
import { Secret } from '../../secret.ts';
import { connectionIdOf } from '../connection-id.ts';
import { parseInfo } from '../parse-info.ts';
import type { Route } from '../remote-connector.ts';

export interface RbdRoute extends Route {
  readonly pool: string;
  /** Empty where the pool's own. */
  readonly namespace: string;
  readonly image: string;
  readonly cluster: string;
  /** `ADDRESS:PORT`, with brackets around IPv6. */
  readonly monitors: readonly string[];
  /** Without `client.`; `null` where the cluster asks for none. */
  readonly user: string | null;
  /** Paths of this host's, where the storage named others than Ceph's own. */
  readonly cephConf: string | null;
  readonly keyringPath: string | null;
  /** The text of a keyring, as cinderlib hands it over. */
  readonly keyring: Secret | null;
}

/** It is an argument of programs, and a line of a configuration. */
const NAME = '[^/@\\s-][^/@\\s]*';
const IMAGE = new RegExp(`^(?<pool>${NAME})/(?:(?<namespace>${NAME})/)?(?<image>${NAME})$`);
const Name = z.string().regex(new RegExp(`^${NAME}$`), { error: 'must be a name without white space' });
const Host = z.string().regex(/^\[?[A-Za-z0-9.:_-]+\]?$/, { error: 'must be the address of a monitor' });
const Port = z.coerce.number().int().min(1).max(65_535);
const Path = z.string().regex(/^\/[^\r\n\0]*$/, { error: 'must be an absolute path' });

/** Cinder's connection info of an image. https://docs.openstack.org/os-brick/latest/ */
const RbdInfo = z
  .looseObject({
    name: z.string().regex(IMAGE, { error: 'must be POOL/IMAGE or POOL/NAMESPACE/IMAGE' }),
    hosts: z.array(Host).min(1),
    ports: z.array(Port).min(1),
    cluster_name: Name.nullish(),
    auth_username: Name.nullish(),
    ceph_conf: Path.nullish(),
    keyring_conf: Path.nullish(),
    keyring: z.string({ error: 'must be a text' }).nullish(),
  })
  .refine(({ hosts, ports }) => hosts.length === ports.length, { error: 'must have as many "hosts" as "ports"' });

export const rbdRouteOf = (info: ConnectionInfo): RbdRoute => {
  const data = parseInfo(RbdInfo, info);
  const { pool = '', namespace = '', image = '' } = IMAGE.exec(data.name)?.groups ?? {};
  const cluster = data.cluster_name ?? 'ceph';
  const monitors = data.hosts.map((host, index) => `${bracketed(host)}:${data.ports[index]}`);
  const target = `rbd:${digestOf([cluster, ...monitors.toSorted()])}:${data.name}`;
  return {
    connectionId: connectionIdOf(info, target),
    targets: [target],
    units: [`${target}/image`],
    pool,
    namespace,
    image,
    cluster,
    monitors,
    user: data.auth_username ?? null,
    cephConf: data.ceph_conf ?? null,
    keyringPath: data.keyring_conf ?? null,
    keyring: data.keyring ? new Secret(data.keyring) : null,
  };
};

/** Two clusters of one name are told apart by their monitors. */
const digestOf = (words: readonly string[]): string =>
  createHash('sha256').update(words.join(' ')).digest('hex').slice(0, 12);

const bracketed = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
