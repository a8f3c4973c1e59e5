import { createHash } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import type { ConnectionInfo } from '../../drivers/contract.ts';
import { KNOWN_SECRET_FIELDS } from '../../drivers/secret-fields.ts';
import { connectionIdOf } from '../connection-id.ts';
import type { Route } from '../remote-connector.ts';

export interface OsBrickRoute extends Route {
  readonly info: ConnectionInfo;
}

const OF_DATA = 'connection_info.data.';
/** What says nothing of where a volume is: how it is used, and credentials, which may be sealed. */
const NOT_A_PLACE: readonly string[] = [
  ...['connection_id', 'access_mode', 'cacheable', 'discard', 'encrypted', 'enforce_multipath', 'options', 'qos_specs'],
  ...KNOWN_SECRET_FIELDS.filter((field) => field.startsWith(OF_DATA)).map((field) => field.slice(OF_DATA.length)),
];

/** Two connections of a volume have the same unit; volumes of one share have it as their target. */
export const osBrickRouteOf = (info: ConnectionInfo): OsBrickRoute => {
  const { driver_volume_type: protocol, data } = info;
  const isShare = typeof data.export === 'string';
  const place = Object.entries(data).filter(([name]) => !NOT_A_PLACE.includes(name));
  const target = isShare ? `${protocol}:${digest({ export: data.export })}` : protocol;
  const unit = digest(isShare ? { name: data.name } : Object.fromEntries(place));
  return {
    info,
    connectionId: connectionIdOf(info, `${target}/${unit}`),
    targets: [target],
    units: [`${target}/${unit}`],
  };
};

const digest = (place: object): string =>
  createHash('sha256')
    .update(JSON.stringify(place, (_, value: unknown) => (isObject(value) ? inOrder(value) : value)))
    .digest('hex')
    .slice(0, 32);

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const inOrder = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
