import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import {
  attachConnection,
  type Connection,
  detachConnection,
  extendConnection,
  type JsonObject,
  silentLogger,
  type Volume,
} from '../../src/index.ts';
import { type EngineOnArray, engineOnArray } from '../support/engine.ts';

const QUIET = { logger: silentLogger };
const BECAUSE = { reason: 'for the other host' };

interface Handed extends EngineOnArray {
  readonly volume: Volume;
  readonly connection: Connection;
  /** What went from host to host. */
  readonly text: string;
}

const handedOver = async (): Promise<Handed> => {
  const house = await engineOnArray({}, { use_chap_auth: true });
  const volume = await house.backend.createVolume({ size: 1 });
  const connection = await volume.connect({ host: hostname() });
  return { ...house, volume, connection, text: JSON.stringify(await connection.showSecrets(BECAUSE)) };
};

describe('a connection that is handed over as JSON', () => {
  test('is attached and detached by a host without the log, and the record is told', async () => {
    const { array, connection, text } = await handedOver();
    const device = await attachConnection(JSON.parse(text), QUIET);
    expect(device.path).toBe(`memory://${array.name}/${connection.volume_id}`);
    expect(await attachConnection(JSON.parse(text), QUIET)).toEqual(device);
    expect([...array.attachments.keys()]).toEqual([connection.id]);
    expect((await connection.refresh()).status).toBe('reserved');
    await connection.device_attached({ ...device });
    expect(connection).toMatchObject({ status: 'attached', path: device.path });
    await detachConnection(JSON.parse(JSON.stringify(connection)), QUIET);
    await detachConnection(JSON.parse(text), QUIET);
    expect(array.attachments.size).toBe(0);
    await expect(connection.disconnect()).rejects.toMatchObject({ code: 'InvalidConnection' });
    await connection.device_detached();
    await connection.disconnect();
    expect(array.exports.size).toBe(0);
  });

  test('shows its host the size that the volume has by now, once it is attached there', async () => {
    const { volume, connection, text } = await handedOver();
    await expect(extendConnection(JSON.parse(text), QUIET)).rejects.toMatchObject({
      code: 'ConnectorFailed',
      remedy: 'attach it first',
    });
    await attachConnection(JSON.parse(text), QUIET);
    await volume.extend(3);
    expect(await extendConnection(JSON.parse(JSON.stringify(connection)), QUIET)).toBe(3n * 1024n ** 3n);
  });

  test('is not attached with its credentials sealed, nor on another host', async () => {
    const { array, connection, text } = await handedOver();
    await expect(attachConnection(JSON.parse(JSON.stringify(connection)), QUIET)).rejects.toMatchObject({
      code: 'InvalidInput',
      details: { sealed: ['/auth_password'] },
    });
    const elsewhere = { ...JSON.parse(text), connector: { host: 'node7' } };
    for (const refused of [attachConnection(elsewhere, QUIET), detachConnection(elsewhere, QUIET)]) {
      await expect(refused).rejects.toMatchObject({ code: 'InvalidConnection' });
    }
    expect(array.attachments.size).toBe(0);
  });

  test.each<readonly [string, (given: JsonObject) => JsonObject, string]>([
    ['is none', () => ({ host: 'node7' }), 'InvalidInput'],
    [
      'is endless',
      (given) => ({ ...given, connector: JSON.parse(`${'{"a":'.repeat(900)}1${'}'.repeat(900)}`) }),
      'InvalidInput',
    ],
    ['was not connected', (given) => ({ ...given, connection_info: null }), 'InvalidInput'],
    ['is of another kind', (given) => ({ ...given, attach_mode: 'raw' }), 'InvalidInput'],
    [
      'has a protocol that this host does not know',
      (given) => ({ ...given, connection_info: { driver_volume_type: 'carrier-pigeon', data: {} } }),
      'ConnectorFailed',
    ],
  ])('is refused when it %s', async (_, change, code) => {
    const { text } = await handedOver();
    await expect(attachConnection(change(JSON.parse(text)), QUIET)).rejects.toMatchObject({ code });
  });

  test('fails, or ends unknown, as a command does', async () => {
    const { array, connection, text } = await handedOver();
    const wrong = text.replace(/"auth_password":"[^"]+"/, '"auth_password":"guessed-password"');
    await expect(attachConnection(JSON.parse(wrong), QUIET)).rejects.toMatchObject({ code: 'ConnectorFailed' });
    array.inject({ call: 'connectVolume', when: 'after' });
    await expect(attachConnection(JSON.parse(text), QUIET)).rejects.toMatchObject({ code: 'OutcomeUnknown' });
    expect([...array.attachments.keys()]).toEqual([connection.id]);
  });

  test('is given up when its caller wants no more of it', async () => {
    const { array, text } = await handedOver();
    array.inject({ call: 'connectVolume', hang: true });
    const options = { ...QUIET, signal: AbortSignal.abort(), stopTimeoutMs: 10 };
    await expect(attachConnection(JSON.parse(text), options)).rejects.toMatchObject({ code: 'OutcomeUnknown' });
  });
});
