import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CinderlibExportOptions, Engine, ExportNote } from '../../../src/index.ts';
import { engineOnArray, openEngine } from '../../support/engine.ts';

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../fixtures/cinderlib-5.0', name), 'utf8');

const BACKENDS = ['lvm_iscsi', 'ceph'];
const REASON = { reason: 'back to cinderlib' };

const engineWith = async (text: string): Promise<Engine> => {
  const engine = await openEngine();
  for (const name of BACKENDS) await engine.addBackend({ name, driver: 'memory' });
  await engine.importCinderlib({ text });
  return engine;
};

const exported = async (engine: Engine, options: CinderlibExportOptions = {}, context = {}) => {
  const notes: ExportNote[] = [];
  const chunks = engine.exportCinderlib({ ...options, onNote: (note) => void notes.push(note) }, context);
  return { text: (await Array.fromAsync(chunks)).join(''), notes };
};

// biome-ignore lint/suspicious/noExplicitAny: another program's objects
type Foreign = any;

const DATA = 'versioned_object.data';
const dataOf = (volume: Foreign): Foreign => volume.ovo[DATA];
const volumesIn = (text: string): Foreign[] => JSON.parse(text).flatMap(({ volumes }: Foreign) => volumes);
const firstIn = (text: string): Foreign => dataOf(volumesIn(text)[0]);

/** What cinderlib wrote, and is written otherwise here: see ADR 23. */
const otherwise = (volume: Foreign): Foreign => {
  const { attach_status: _, snapshots, ...data } = structuredClone(dataOf(volume));
  for (const snapshot of snapshots[DATA].objects) snapshot[DATA].volume_type_id = '';
  return { ...data, snapshots };
};

describe('what the real library wrote', () => {
  it('is exported as it was, field by field', async () => {
    const text = fixture('memory.json');
    const again = new Map(volumesIn((await exported(await engineWith(text))).text).map((one) => [dataOf(one).id, one]));
    expect(again.size).toBe(6);
    for (const volume of volumesIn(text)) {
      const { ovo, ...rest } = again.get(dataOf(volume).id);
      expect(rest).toEqual({ class: 'Volume', backend: volume.backend });
      expect({ ...ovo, [DATA]: null }).toEqual({ ...volume.ovo, [DATA]: null });
      const { attach_status, ...data } = ovo[DATA];
      expect(data).toEqual(otherwise(volume));
      const attached = data.volume_attachment[DATA].objects.some((one: Foreign) => one[DATA].connection_info.device);
      expect(attach_status).toBe(attached ? 'attached' : 'detached');
    }
  });

  it.each(['memory.json', 'db.json', 'with-backend-config.json', 'backend.json', 'volume.json', 'connection.json'])(
    '%s comes back by an export and another import',
    async (name) => {
      const engine = await engineWith(fixture(name));
      const { text } = await exported(engine);
      const other = await engineWith(text);
      expect((await other.view()).volumes()).toEqual((await engine.view()).volumes());
      expect((await exported(other)).text).toBe(text);
    },
  );
});

describe('credentials', () => {
  const withPassword = () => engineOnArray({}, { use_chap_auth: true });

  it('are left out and told, and opened with a reason, which is recorded', async () => {
    const { engine, backend } = await withPassword();
    const volume = await backend.createVolume({ size: 1 });
    await volume.connect({ host: 'node7' });
    const opened = await volume.showSecrets(REASON);
    const password = String(opened.connections[0]?.connection_info?.data.auth_password);
    expect(password.length).toBeGreaterThan(8);
    const { text, notes } = await exported(engine);
    expect(text).not.toContain(password);
    expect(text).not.toContain('sealed');
    expect(firstIn(text).provider_auth).toBeNull();
    expect(notes).toContainEqual(
      expect.objectContaining({ kind: 'volume', id: volume.id, note: expect.stringContaining('/auth_password') }),
    );
    await expect(exported(engine, { showSecrets: true })).rejects.toMatchObject({ code: 'InvalidInput' });
    await expect(exported(engine, { showSecrets: true, at: 1n }, REASON)).rejects.toThrow('as they are now');
    const shown = await exported(engine, { showSecrets: true }, REASON);
    const [connection] = firstIn(shown.text).volume_attachment[DATA].objects;
    expect(connection[DATA].connection_info.conn.data.auth_password).toBe(password);
    expect(firstIn(shown.text).provider_auth).toBe(opened.provider_auth);
    const view = await engine.view();
    const history = await Array.fromAsync(view.history(volume.id));
    expect(history.filter(({ type }) => type === 'SecretsShown')).toHaveLength(2);
  });

  it('that were destroyed are told', async () => {
    const { engine, backend } = await withPassword();
    const volume = await backend.createVolume({ size: 1 });
    await volume.connect({ host: 'node7' });
    await (await engine.volume(volume.id)).connections[0]?.disconnect();
    await volume.shredSecrets(REASON);
    const { text, notes } = await exported(engine, { showSecrets: true }, REASON);
    expect(text).not.toContain('shredded');
    expect(notes.map(({ note }) => note)).toContain('its credentials were destroyed (/provider_auth)');
  });
});

describe('what cinderlib has nothing for', () => {
  it('is told thing by thing', async () => {
    const { engine, backend } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1, qos_specs: { iops: '5' } });
    await engine.keyValues.set('node7', '{}');
    const { text, notes } = await exported(engine, { withConfiguration: true });
    expect(JSON.parse(text)[0].backend).toEqual({ volume_backend_name: backend.name });
    expect(notes).toMatchObject([
      { kind: 'backend', id: backend.name, note: expect.stringContaining('no driver like memory') },
      { kind: 'volume', id: volume.id, note: expect.stringContaining('qos_specs') },
      { kind: 'key_value', id: 'node7' },
    ]);
  });

  it('is what is under way, at any moment of the past', async () => {
    const { engine, backend } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    const events = await Array.fromAsync((await engine.view()).events({ stream: `volume-${volume.id}` }));
    const requested = events.find(({ type }) => type === 'VolumeCreationRequested');
    const { text, notes } = await exported(engine, { at: BigInt(requested?.position ?? 0) });
    expect(firstIn(text).status).toBe('error');
    expect(notes.filter(({ kind }) => kind === 'volume').map(({ note }) => note)).toEqual([
      'it is creating here, and becomes error: there nobody goes on with it',
      'CreateVolume is under way: there nobody goes on with it',
    ]);
  });
});

describe('the configuration of a backend', () => {
  it('comes along where Cinder has its driver, without references to credentials', async () => {
    const view = await (await engineOnArray()).engine.view();
    const document = JSON.parse(await view.dump({ withConfiguration: true }));
    const [backend] = document.backends;
    document.backends = [
      {
        ...backend,
        driver: 'lvm',
        options: { volume_group: 'vg0', chap_password: { env: 'CHAP' }, target_port: 3261 },
      },
      { ...backend, name: 'theirs', driver: 'cinder:cinder.volume.drivers.solidfire.SolidFireDriver', options: {} },
    ];
    const engine = await openEngine();
    await engine.load(JSON.stringify(document));
    const { text, notes } = await exported(engine, { withConfiguration: true });
    expect(JSON.parse(text).map((one: Foreign) => one.backend)).toEqual([
      {
        volume_backend_name: backend.name,
        volume_driver: 'cinder.volume.drivers.lvm.LVMVolumeDriver',
        volume_group: 'vg0',
        target_port: 3261,
      },
      { volume_backend_name: 'theirs', volume_driver: 'cinder.volume.drivers.solidfire.SolidFireDriver' },
    ]);
    expect(notes).toMatchObject([{ id: backend.name, note: expect.stringContaining('its chap_password is left out') }]);
  });
});
