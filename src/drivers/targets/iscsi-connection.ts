import {
  type ConnectionInfo,
  type ConnectionRequest,
  type Connector,
  DriverFailure,
  type Volume,
} from '../contract.ts';
import { knownChap } from './chap.ts';
import { parseLocation } from './iscsi-names.ts';

/** Of an initiator, as open-iscsi has it: a name that goes into paths and requests. */
const INITIATOR = /^(iqn\.|eui\.|naa\.)[A-Za-z0-9.:-]{1,219}$/;

export const initiatorOf = ({ initiator }: Connector): string => {
  if (typeof initiator === 'string' && INITIATOR.test(initiator)) return initiator;
  throw new DriverFailure(
    'the connector has no initiator name that an iSCSI target could let in',
    'connect a host whose connector properties have "initiator", as /etc/iscsi/initiatorname.iscsi says it',
  );
};

export const isOfInitiator =
  (initiator: string) =>
  ({ connector }: { readonly connector: Connector }): boolean =>
    typeof connector.initiator === 'string' && connector.initiator.toLowerCase() === initiator.toLowerCase();

/** Cinder's connection info of an iSCSI export. */
export const iscsiConnection = (volume: Volume, { connector }: ConnectionRequest): ConnectionInfo => {
  const { portals, iqn, lun } = locationOf(volume);
  const { user, password } = knownChap(volume);
  const several = portals.length > 1 || connector.multipath === true;
  return {
    driver_volume_type: 'iscsi',
    data: {
      target_discovered: false,
      ...(several && {
        target_portals: [...portals],
        target_iqns: portals.map(() => iqn),
        target_luns: portals.map(() => lun),
      }),
      target_portal: portals[0] ?? '',
      target_iqn: iqn,
      target_lun: lun,
      volume_id: volume.id,
      auth_method: 'CHAP',
      auth_username: user,
      auth_password: password,
      encrypted: false,
    },
  };
};

const locationOf = (volume: Volume) => {
  const location = parseLocation(volume.provider_location);
  if (location !== null) return location;
  throw new DriverFailure(`volume ${volume.id} is not exported`, 'export the volume before a host is connected');
};
