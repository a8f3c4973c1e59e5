import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connectorProperties, type ScoriaError } from '../../src/index.ts';
import { engineOnArray, eventTypes, openEngine } from '../support/engine.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test("a driver's answer that cannot be recorded leaves the end open, and the error names the field", async () => {
  const engine = await openEngine();
  const driver = join(import.meta.dirname, 'drivers/imprecise.ts');
  const volume = await (await engine.addBackend({ name: 'imprecise', driver })).createVolume({ size: 1 });
  await expect(volume.connect({ host: 'node7' })).rejects.toMatchObject({
    code: 'OutcomeUnknown',
    message: expect.stringContaining('connection_info.data.size_gib: must be JSON'),
  });
});

describe('copies', () => {
  test('a clone has the bytes of its source, may be larger, and leaves no pin behind', async () => {
    const { engine, backend, array } = await engineOnArray();
    const source = await backend.createVolume({ size: 1, name: 'source', metadata: { tier: 'gold' } });
    array.write(source.id, 0, bytes('scoria'));
    const clone = await source.clone({ size: 3, name: 'copy' });
    expect(clone.toJSON()).toMatchObject({ size: 3, name: 'copy', status: 'available', source_volid: source.id });
    expect(array.read(clone.id, 0, 6)).toEqual(bytes('scoria'));
    expect((await source.refresh()).toJSON().pins).toBeUndefined();
    expect(await eventTypes(engine, clone.id)).toEqual([
      'VolumeCopyRequested',
      'VolumeCreationRequested',
      'DriverModelUpdated',
      'VolumeCreated',
      'VolumeCopied',
    ]);
  });

  test('the source cannot be deleted while it is copied', async () => {
    const { backend, array } = await engineOnArray();
    const source = await backend.createVolume({ size: 1 });
    array.inject({ call: 'cloneVolume', hang: true });
    const cloning = source.clone();
    await array.hanging();
    await expect(source.delete()).rejects.toMatchObject({ code: 'SourcePinned' });
    array.release();
    expect((await cloning).status).toBe('available');
    await source.delete();
  });

  test('a failed clone leaves an error volume and no pin', async () => {
    const { engine, backend, array } = await engineOnArray();
    const source = await backend.createVolume({ size: 1 });
    array.inject({ call: 'cloneVolume', when: 'before' });
    await expect(source.clone({ name: 'broken' })).rejects.toMatchObject({ code: 'DriverFailed' });
    expect((await engine.volumeNamed('broken')).status).toBe('error');
    await source.delete();
  });

  test('a clone whose end is unknown keeps its source pinned until the question is settled', async () => {
    const { engine, backend, array } = await engineOnArray();
    const source = await backend.createVolume({ size: 1 });
    array.inject({ call: 'cloneVolume', when: 'after' });
    array.inject({ call: 'findVolume', when: 'instead', times: 1_000 });
    const commandId = '0197a3c2-5b1e-7000-8000-000000000010';
    await expect(source.clone({ name: 'maybe' }, { commandId })).rejects.toMatchObject({ code: 'OutcomeUnknown' });
    await expect(source.delete()).rejects.toMatchObject({ code: 'SourcePinned' });
    array.faults.clear();
    const clone = await source.clone({ name: 'maybe' }, { commandId });
    expect(clone.status).toBe('available');
    expect((await clone.refresh()).toJSON()).not.toHaveProperty('questions');
    await source.delete();
    expect((await engine.volumeNamed('maybe')).id).toBe(clone.id);
  });

  test('a volume from a snapshot has the old bytes', async () => {
    const { backend, array } = await engineOnArray();
    const source = await backend.createVolume({ size: 1 });
    array.write(source.id, 0, bytes('old'));
    const snapshot = await source.createSnapshot({ name: 'before' });
    array.write(source.id, 0, bytes('new'));
    const restored = await snapshot.createVolume({ size: 2 });
    expect(restored.toJSON()).toMatchObject({ size: 2, snapshot_id: snapshot.id, source_volid: null });
    expect(array.read(restored.id, 0, 3)).toEqual(bytes('old'));
    await source.revert(snapshot);
    expect(array.read(source.id, 0, 3)).toEqual(bytes('old'));
  });
});

describe('snapshots', () => {
  test('a volume with snapshots cannot be deleted; deleting twice succeeds', async () => {
    const { engine, backend } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    const snapshot = await volume.createSnapshot();
    await expect(volume.delete()).rejects.toMatchObject({ code: 'VolumeHasSnapshots' });
    await snapshot.delete();
    await snapshot.delete();
    await volume.delete();
    await volume.delete();
    await expect(engine.volume(volume.id)).rejects.toMatchObject({ code: 'VolumeNotFound' });
    await expect(engine.snapshot(snapshot.id)).rejects.toMatchObject({ code: 'SnapshotNotFound' });
  });
});

describe('connections', () => {
  test('attach and detach on this host', async () => {
    const { engine, backend } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    const connection = await volume.attach();
    expect(connection.attached).toBe(true);
    expect(volume).toMatchObject({ status: 'in-use', attach_status: 'attached' });
    expect(volume.local_attach?.id).toBe(connection.id);
    await volume.detach();
    expect(volume).toMatchObject({ status: 'available', attach_status: 'detached' });
    expect(volume.connections).toEqual([]);
    expect(await eventTypes(engine, volume.id)).toContain('ConnectionInitialized');
  });

  test('detaching a connection keeps it connected', async () => {
    const { backend, array } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    const connection = await volume.attach();
    await connection.detach();
    expect(connection).toMatchObject({ attached: false, connected: true, path: null });
    await connection.attach();
    expect(connection.attached).toBe(true);
    await expect(connection.disconnect()).rejects.toMatchObject({ code: 'InvalidConnection' });
    await connection.detach();
    await connection.disconnect();
    expect(array.connections.size).toBe(0);
    expect(array.exports.size).toBe(0);
  });

  test('a failed attachment is undone on the array', async () => {
    const { backend, array } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    array.inject({ call: 'connectVolume', when: 'before' });
    await expect(volume.attach()).rejects.toMatchObject({ code: 'ConnectorFailed' });
    await volume.refresh();
    expect(volume).toMatchObject({ status: 'available', connections: [] });
    expect(array.connections.size).toBe(0);
    expect(array.exports.size).toBe(0);
  });

  test('a failed connection removes its export', async () => {
    const { backend, array } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    array.inject({ call: 'initializeConnection', when: 'before' });
    await expect(volume.connect({ host: 'node7' })).rejects.toMatchObject({ code: 'DriverFailed' });
    expect((await volume.refresh()).connections).toEqual([]);
    expect(array.exports.size).toBe(0);
  });

  test('two hosts only where the volume is multiattach; one host as often as it likes', async () => {
    const { backend } = await engineOnArray();
    const single = await backend.createVolume({ size: 1 });
    await single.connect({ host: 'node7' });
    await single.connect({ host: 'node7' });
    await expect(single.connect({ host: 'node8' })).rejects.toMatchObject({ code: 'NotMultiattach' });
    const shared = await backend.createVolume({ size: 1, multiattach: true });
    await shared.connect({ host: 'node7' });
    await shared.connect({ host: 'node8' });
    expect(shared.connections).toHaveLength(2);
  });

  test('force goes on past errors and records them', async () => {
    const { engine, backend, array } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    const connection = await volume.connect({ host: 'node7' }, { attach_mode: 'ro', mountpoint: '/srv' });
    array.inject({ call: 'terminateConnection', when: 'before' });
    await expect(connection.disconnect()).rejects.toMatchObject({ code: 'DriverFailed' });
    array.inject({ call: 'terminateConnection', when: 'before' });
    await connection.disconnect({ force: true }, { reason: 'the array is on fire' });
    expect((await volume.refresh()).status).toBe('available');
    const [last] = (await Array.fromAsync((await engine.view()).history(connection.id))).slice(-1);
    expect(last?.event.data).toMatchObject({ ignored_errors: [expect.any(String)] });
  });

  test.each([
    [{}, {}],
    [{ use_multipath_for_image_xfer: true }, { multipath: true }],
    [{ enforce_multipath_for_image_xfer: true }, { enforceMultipath: true }],
    [
      { use_multipath_for_image_xfer: true, enforce_multipath_for_image_xfer: true },
      { multipath: true, enforceMultipath: true },
    ],
  ])('attaches as a backend with the options %j says', async (options, asked) => {
    const { backend } = await engineOnArray({}, options);
    const volume = await backend.createVolume({ size: 1 });
    // A host without multipathd may refuse.
    const orCode = (answer: Promise<object>) => answer.catch(({ code }: ScoriaError) => code);
    const connector = volume.attach().then(({ connector_info }) => connector_info);
    expect(await orCode(connector)).toEqual(await orCode(connectorProperties(asked)));
  });

  test('another host says which device it attached', async () => {
    const { backend } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    const connection = await volume.connect({ host: 'node7' });
    await expect(connection.attach()).rejects.toMatchObject({ code: 'InvalidConnection' });
    await connection.device_attached({ path: '/dev/sdq', scsi_wwn: '360014053' });
    expect(connection.path).toBe('/dev/sdq');
    expect((await volume.refresh()).attach_status).toBe('attached');
  });

  test('a connector that lacks what the driver needs is refused', async () => {
    const { backend } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    await expect(volume.connect({ ip: '192.0.2.7' })).rejects.toMatchObject({ code: 'InvalidConnector' });
    await expect(backend.validateConnector({ ip: '192.0.2.7' })).rejects.toMatchObject({ code: 'InvalidConnector' });
    await backend.validateConnector({ host: 'node7' });
  });
});

describe('extending', () => {
  test('grows the volume, attached or not, and never shrinks it', async () => {
    const { backend } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    await volume.extend(2);
    await volume.attach();
    await volume.extend(3);
    expect(volume).toMatchObject({ size: 3, status: 'in-use' });
    await expect(volume.extend(1)).rejects.toMatchObject({ code: 'CannotShrink' });
  });

  test('a failure keeps the old size', async () => {
    const { backend, array } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    array.inject({ call: 'extendVolume', when: 'before' });
    await expect(volume.extend(2)).rejects.toMatchObject({ code: 'DriverFailed' });
    expect(volume).toMatchObject({ size: 1, status: 'error' });
  });
});
