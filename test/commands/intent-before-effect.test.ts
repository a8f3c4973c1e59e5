import { describe, expect, test } from 'vitest';
import { engineOnArray, eventTypes } from '../support/engine.ts';

describe('intent before effect', () => {
  test('the intent is in the log while the driver is at work', async () => {
    const { engine, backend, array } = await engineOnArray();
    array.inject({ call: 'createVolume', hang: true });
    const creation = backend.createVolume({ size: 1, name: 'data' });
    await array.hanging();
    const [seen] = await engine.volumes({ name: 'data' });
    expect(seen?.status).toBe('creating');
    array.release();
    expect((await creation).status).toBe('available');
  });

  test('a refused command calls no driver and leaves no event', async () => {
    const { engine, backend, array } = await engineOnArray();
    const head = await (await engine.view()).position;
    const calls = array.calls.length;
    await expect(backend.createVolume({ size: 0 })).rejects.toMatchObject({ code: 'InvalidInput' });
    await expect(backend.createVolume({ size: 10_000_000 })).rejects.toMatchObject({ code: 'InvalidInput' });
    await expect(backend.createVolume({ size: 8_000_000 })).rejects.toMatchObject({ code: 'SizeExceedsBackend' });
    expect(array.calls.length).toBe(calls);
    expect(await (await engine.view()).position).toBe(head);
  });
});

describe('how a call ends', () => {
  test('a failure leaves an error volume and says why', async () => {
    const { engine, backend, array } = await engineOnArray();
    array.inject({ call: 'createVolume', when: 'before' });
    await expect(backend.createVolume({ size: 1, name: 'lost' })).rejects.toMatchObject({ code: 'DriverFailed' });
    const volume = await engine.volumeNamed('lost');
    expect(volume.status).toBe('error');
    expect(await eventTypes(engine, volume.id)).toEqual(['VolumeCreationRequested', 'VolumeCreationFailed']);
  });

  test('an answer that was lost after the effect is found out: the volume is there', async () => {
    const { backend, array } = await engineOnArray();
    array.inject({ call: 'createVolume', when: 'after' });
    expect((await backend.createVolume({ size: 1 })).status).toBe('available');
    expect(array.volumes.size).toBe(1);
  });

  test('an answer that was lost before the effect is found out: the creation failed', async () => {
    const { engine, backend, array } = await engineOnArray();
    array.inject({ call: 'createVolume', when: 'instead' });
    await expect(backend.createVolume({ size: 1, name: 'lost' })).rejects.toMatchObject({ code: 'DriverFailed' });
    expect((await engine.volumeNamed('lost')).status).toBe('error');
    expect(array.volumes.size).toBe(0);
  });

  test('a driver that cannot tell leaves an open question, and the repeated command settles it', async () => {
    const { engine, backend, array } = await engineOnArray();
    array.inject({ call: 'createVolume', when: 'after' });
    array.inject({ call: 'findVolume', when: 'instead', times: 1_000 });
    const commandId = '0197a3c2-5b1e-7000-8000-000000000001';
    const create = () => backend.createVolume({ size: 1, name: 'maybe' }, { commandId });
    await expect(create()).rejects.toMatchObject({ code: 'OutcomeUnknown' });
    const volume = await engine.volumeNamed('maybe');
    expect(volume.status).toBe('error');
    expect(volume.toJSON().questions).toMatchObject([{ operation: 'CreateVolume', command_id: commandId }]);
    array.faults.clear();
    expect((await create()).status).toBe('available');
    expect((await volume.refresh()).toJSON().questions).toBeUndefined();
    expect(array.volumes.size).toBe(1);
  });

  test('a call that hangs past its timeout is unknown, and done once it is done', async () => {
    const { engine, backend, array } = await engineOnArray({ effectTimeoutMs: 50 });
    array.inject({ call: 'createVolume', hang: true });
    const commandId = '0197a3c2-5b1e-7000-8000-000000000002';
    const create = () => backend.createVolume({ size: 1, name: 'slow' }, { commandId });
    await expect(create()).rejects.toMatchObject({ code: 'OutcomeUnknown' });
    expect((await engine.volumeNamed('slow')).status).toBe('error');
    array.release();
    expect((await create()).status).toBe('available');
    expect(array.calls.filter(({ call }) => call === 'createVolume')).toHaveLength(1);
  });
});

describe('repeating a command', () => {
  test('adds nothing and answers the first outcome', async () => {
    const { engine, backend, array } = await engineOnArray();
    const commandId = '0197a3c2-5b1e-7000-8000-000000000003';
    const first = await backend.createVolume({ size: 1 }, { commandId });
    await first.extend(2);
    const position = (await engine.view()).position;
    const again = await backend.createVolume({ size: 1 }, { commandId });
    expect(again.toJSON()).toMatchObject({ id: first.id, size: 1, status: 'available' });
    expect((await engine.view()).position).toBe(position);
    expect(array.volumes.size).toBe(1);
  });

  test('answers the first failure', async () => {
    const { backend, array } = await engineOnArray();
    const commandId = '0197a3c2-5b1e-7000-8000-000000000004';
    array.inject({ call: 'createVolume', when: 'before' });
    const first = await backend.createVolume({ size: 1 }, { commandId }).catch((error) => error);
    const again = await backend.createVolume({ size: 1 }, { commandId }).catch((error) => error);
    expect(again.code).toBe('DriverFailed');
    expect(again.message).toBe(first.message);
  });

  test('with other content is refused', async () => {
    const { backend } = await engineOnArray();
    const commandId = '0197a3c2-5b1e-7000-8000-000000000005';
    await backend.createVolume({ size: 1 }, { commandId });
    await expect(backend.createVolume({ size: 2 }, { commandId })).rejects.toMatchObject({ code: 'CommandIdReused' });
  });

  test('at once, it happens once', async () => {
    const { backend, array } = await engineOnArray();
    const commandId = '0197a3c2-5b1e-7000-8000-000000000006';
    const volumes = await Promise.all([1, 2, 3].map(() => backend.createVolume({ size: 1 }, { commandId })));
    expect(new Set(volumes.map(({ id }) => id)).size).toBe(1);
    expect(array.calls.filter(({ call }) => call === 'createVolume')).toHaveLength(1);
  });
});
