import { hostname } from 'node:os';
import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { quiet } from '../commands/backend-drivers.ts';
import { callWithin } from '../commands/bounded-call.ts';
import { endingOf, rejectionOf } from '../commands/ending.ts';
import { parseInput } from '../commands/parse.ts';
import { ConnectorFailure, type Device, type HostConnector } from '../connectors/contract.ts';
import { findHostConnector } from '../connectors/registry.ts';
import { rejections, ScoriaError } from '../domain/errors.ts';
import { type JsonObject, JsonObjectSchema } from '../domain/json.ts';
import { sealedIn } from '../domain/sealed.ts';
import { connectedElsewhere } from '../domain/volume/device-attach.ts';
import { AttachMode, ConnectionInfoSchema, DeviceSchema, ResourceId } from '../domain/volume/volume.ts';
import { KNOWN_SECRET_FIELDS, withSecrets } from '../drivers/secret-fields.ts';
import type { EngineOptions } from './engine.ts';
import { ENGINE_DEFAULTS } from './engine-defaults.ts';
import { surroundingsOf } from './surroundings.ts';

/** How this host attaches and detaches; each as for `createEngine`. */
export type HandedOptions = Pick<
  EngineOptions,
  'rootHelper' | 'osBrickPython' | 'logger' | 'signal' | 'effectTimeoutMs' | 'stopTimeoutMs'
>;

/** What a host needs to know of a connection; the rest of its document is left aside. */
const HandedSchema = z.object({
  id: ResourceId,
  connector: JsonObjectSchema,
  connection_info: ConnectionInfoSchema,
  attach_mode: AttachMode,
  device: DeviceSchema.nullable(),
});
type Handed = z.infer<typeof HandedSchema>;

/**
 * Attaches a connection on this host, which needs no log: `connection` is the JSON of one that was made elsewhere, with
 * its credentials in the open (`Connection.showSecrets`). What is attached stays. The record learns of the device by
 * `Connection.device_attached`.
 *
 * ```ts
 * const device = await attachConnection(JSON.parse(text));
 * ```
 */
export const attachConnection = async (connection: JsonObject, options: HandedOptions = {}): Promise<Device> => {
  const handed = handedFor(connection);
  const sealed = sealedIn(handed.connection_info.data);
  if (sealed.length > 0) {
    throw new ScoriaError(
      rejections.InvalidInput(
        `the credentials of connection ${handed.id} are sealed: ${sealed.join(', ')}`,
        'hand it over with them in the open: `scoria connection show ID --show-secrets --json`, with a reason',
        { connection_id: handed.id, sealed },
      ),
    );
  }
  return onHost('attached', handed, options, (connector) => connector.connectVolume(handed.connection_info, handed));
};

/**
 * Detaches a connection from this host, likewise; its credentials may be sealed. `force` goes on past errors that can be
 * passed. The record learns of it by `Connection.device_detached`.
 */
export const detachConnection = async (
  connection: JsonObject,
  { force = false, ...options }: HandedOptions & { readonly force?: boolean } = {},
): Promise<void> => {
  const handed = handedFor(connection);
  await onHost('detached', handed, options, (connector) =>
    connector.disconnectVolume(handed.connection_info, handed.device as Device | null, { force }),
  );
};

/**
 * Makes this host see the size that the volume of a connection has by now, after it grew elsewhere, and answers it in bytes.
 * The credentials may be sealed.
 */
export const extendConnection = async (connection: JsonObject, options: HandedOptions = {}): Promise<bigint> => {
  const handed = handedFor(connection);
  return onHost('extended', handed, options, async (connector) => {
    const device = (handed.device as Device | null) ?? (await connector.findDevice(handed.connection_info));
    if (device !== null) return connector.extendVolume(handed.connection_info, device);
    throw new ConnectorFailure(`connection ${handed.id} is not attached on this host`, 'attach it first');
  });
};

const handedFor = (connection: JsonObject): Handed => {
  const parsed = parseInput({ name: 'the connection', schema: HandedSchema }, connection);
  if (E.isLeft(parsed)) throw new ScoriaError(parsed.left);
  const { id, connector } = parsed.right;
  const { host } = connector;
  if (host === undefined || host === hostname()) return parsed.right;
  throw new ScoriaError(connectedElsewhere(id, String(host), hostname()));
};

/** Ends as a command does: with an answer, as failed, or as unknown. */
const onHost = async <Answer>(
  becoming: string,
  { id, connection_info }: Handed,
  options: HandedOptions,
  call: (connector: HostConnector) => Promise<Answer>,
): Promise<Answer> => {
  const { known, logger: log, rootHelper, run } = surroundingsOf(options);
  await withSecrets(connection_info, KNOWN_SECRET_FIELDS, (credential) => known.learn(credential));
  const { effectTimeoutMs, stopTimeoutMs } = ENGINE_DEFAULTS;
  const bounds = {
    timeoutMs: options.effectTimeoutMs ?? effectTimeoutMs,
    stopTimeoutMs: options.stopTimeoutMs ?? stopTimeoutMs,
    signal: options.signal,
  };
  const unknown = (question: string) =>
    new ScoriaError(
      rejections.OutcomeUnknown(
        `it is not known whether connection ${id} was ${becoming}: ${question}`,
        'do it again: what is done already stays',
        { connection_id: id },
      ),
    );
  const host = { run, log, rootHelper, osBrickPython: options.osBrickPython };
  const connector = quiet(await findHostConnector(connection_info.driver_volume_type, host), known);
  const end = await callWithin(bounds, () =>
    call(connector).catch((error: unknown) => {
      const ending = endingOf(error);
      throw ending.kind === 'failed' ? new ScoriaError(rejectionOf(ending.failure)) : unknown(messageOf(error));
    }),
  );
  if ('ended' in end) return end.ended;
  throw unknown(end.question);
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
