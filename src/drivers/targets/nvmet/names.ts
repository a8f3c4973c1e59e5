import { isIPv6 } from 'node:net';
import { validate } from 'uuid';
import { DriverFailure, type Volume } from '../../contract.ts';
import type { TargetOptions } from '../contract.ts';
import { bracketed, serialOf } from '../iscsi-names.ts';

/** What Cinder writes into `provider_location` of an NVMe-oF export: `ADDRESS,ADDRESS:PORT TRANSPORT NQN NAMESPACE`. */
export interface NvmeLocation {
  readonly addresses: readonly string[];
  readonly port: string;
  readonly transport: string;
  readonly nqn: string;
  readonly namespace: string;
}

export const formatNvmeLocation = ({ addresses, port, transport, nqn, namespace }: NvmeLocation): string =>
  `${addresses.map(bracketed).join(',')}:${port} ${transport} ${nqn} ${namespace}`;

/** `null` for what is not of this form. */
export const parseNvmeLocation = (location: string | null): NvmeLocation | null => {
  const [, addresses, port, transport, nqn, namespace] = /^(\S+):(\d+) (\S+) (\S+) (\d+)$/.exec(location ?? '') ?? [];
  if (!addresses || !port || !transport || !nqn || !namespace) return null;
  return {
    addresses: addresses.split(',').map((each) => each.replace(/^\[|\]$/g, '')),
    port,
    transport,
    nqn,
    namespace,
  };
};

export const nqnPrefix = ({ target_prefix }: TargetOptions): string => `nqn.${target_prefix}-`;

/** The recorded one, whatever the prefix was then; otherwise Cinder's name for a new one. */
export const nqnOf = (volume: Volume, options: TargetOptions): string =>
  parseNvmeLocation(volume.provider_location)?.nqn ?? `${nqnPrefix(options)}${volume.id}`;

export const assertNqn = (nqn: string): void => {
  if (nqn.length <= 223 && /^nqn\.[\w.:-]+$/.test(nqn)) return;
  throw new DriverFailure(
    `${nqn} is no name that an NVMe subsystem may have`,
    'shorten the id of the volume or target_prefix: both have 223 letters, digits, ".", ":", "_" and "-" at most',
  );
};

/** A UUID that names the volume to hosts: its id, as with Cinder, where that is one. */
export const namespaceUuid = (volumeId: string): string => (validate(volumeId) ? volumeId : serialOf(volumeId));

export const addressFamily = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4');
