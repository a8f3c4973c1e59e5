import { z } from 'zod';
import type { ConnectionInfo } from '../../drivers/contract.ts';
import { Secret } from '../../secret.ts';
import { connectionIdOf } from '../connection-id.ts';
import { parseInfo } from '../parse-info.ts';
import type { Route } from '../remote-connector.ts';

/** One way to the volume: a LUN of a target behind a portal. */
export interface Leg {
  /** Without brackets, also of IPv6. */
  readonly address: string;
  readonly port: number;
  readonly iqn: string;
  readonly lun: number;
}

export interface Chap {
  readonly username: string;
  readonly password: Secret;
}

export interface IscsiRoute extends Route {
  /** The first is the one to take where one is enough. */
  readonly legs: readonly [Leg, ...Leg[]];
  readonly chap: Chap | null;
}

const PORTAL = /^(?:\[(?<six>[0-9A-Fa-f:.]+)\]|(?<host>[A-Za-z0-9.-]+))(?::(?<port>\d{1,5}))?(?:,-?\d+)?$/;
const DEFAULT_PORT = 3260;

const Portal = z.string().regex(PORTAL, { error: 'must be ADDRESS:PORT' });
// It is the name of a directory too.
const Iqn = z.string().regex(/^(?:iqn|eui|naa)\.[^\s/]+$/, { error: 'must be the name of an iSCSI target' });
const Lun = z.coerce.number().int().min(0).max(16_383);
/** A line break in it would be another setting of the node record. */
const Credential = z
  .string({ error: 'must be a text' })
  .min(1)
  .regex(/^[^\r\n]+$/, { error: 'must be one line' });

/** Cinder's connection info of a target. https://docs.openstack.org/os-brick/latest/ */
const IscsiInfo = z
  .looseObject({
    target_portal: Portal,
    target_iqn: Iqn,
    target_lun: Lun.default(0),
    target_portals: z.array(Portal).min(1).optional(),
    target_iqns: z.array(Iqn).min(1).optional(),
    target_luns: z.array(Lun).min(1).optional(),
    addressing_mode: z.enum(['SAM', 'transparent', 'SAM2', 'SAM3-flat']).nullish(),
    auth_method: z.enum(['CHAP', 'None'], { error: 'must be CHAP' }).nullish(),
    auth_username: Credential.nullish(),
    auth_password: Credential.nullish(),
  })
  .refine(({ target_portals: portals, target_iqns: iqns }) => portals?.length === iqns?.length, {
    error: 'must have as many "target_portals" as "target_iqns"',
  })
  .refine(({ auth_method: method, auth_username: name, auth_password: word }) => method !== 'CHAP' || (name && word), {
    error: 'must have "auth_username" and "auth_password" for CHAP; they may have been shredded',
  });

export const iscsiRouteOf = (info: ConnectionInfo): IscsiRoute => {
  const data = parseInfo(IscsiInfo, info);
  const { target_portal, target_iqn, target_lun, auth_username, auth_password } = data;
  const lunOf = (lun: number) => addressed(lun, data.addressing_mode ?? 'SAM');
  const first = legOf(target_portal, target_iqn, lunOf(target_lun));
  const others = (data.target_portals ?? []).map((portal, index) =>
    legOf(portal, data.target_iqns?.[index] ?? target_iqn, lunOf(data.target_luns?.[index] ?? target_lun)),
  );
  const legs = [first, ...others.filter((leg) => !isSameLeg(leg, first))] as const;
  const units = [...new Set(legs.map(({ iqn, lun }) => `${iqn}/${lun}`))].toSorted();
  return {
    connectionId: connectionIdOf(info, `iscsi ${units.join(' ')}`),
    targets: [...new Set(legs.map(({ iqn }) => iqn))],
    units,
    legs: [legs[0], ...legs.slice(1)],
    chap:
      data.auth_method === 'CHAP' && auth_username && auth_password
        ? { username: auth_username, password: new Secret(auth_password) }
        : null,
  };
};

export const portalOf = ({ address, port }: Leg): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

const legOf = (portal: string, iqn: string, lun: number): Leg => {
  const { six, host = '', port = DEFAULT_PORT } = PORTAL.exec(portal)?.groups ?? {};
  return { address: six ?? host, port: Number(port), iqn, lun };
};

const isSameLeg = (a: Leg, b: Leg): boolean => a.address === b.address && a.port === b.port && a.iqn === b.iqn;

const FLAT = 0x4000;
/** How the kernel numbers what the array numbers by this mode of SAM (os-brick's addressing_mode). */
const addressed = (lun: number, mode: string): number =>
  mode === 'SAM3-flat' || (mode === 'SAM2' && lun > 255) ? lun + FLAT : lun;
