import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { labelOn, writeLabel } from '../support/crash/bytes.ts';
import { dieAt } from '../support/crash/deaths.ts';
import { House, newId } from '../support/crash/house.ts';
import { type Arrangement, openLvmSite } from '../support/crash/lvm-site.ts';

const CHILD = join(process.env.SCORIA_VM_SUITES ?? '', 'children', 'crash.mjs');
const DAILY: readonly Arrangement[] = ['thick volumes over LIO'];
const ALL: readonly Arrangement[] = [...DAILY, 'thin volumes over tgt', 'thin volumes over NVMe-oF'];
const chosen = process.env.SCORIA_VM_FULL === undefined ? DAILY : ALL;

describe('a host that reboots', () => {
  for (const name of chosen) {
    test(`has its volumes again, bytes and all, on ${name}`, async () => {
      await using site = await openLvmSite(name);
      const log = join(await mkdtemp('/tmp/reboot-'), 'scoria.db');
      const ids = await before(log, site);
      await site.reboot();
      await using house = await House.opened(log, site);
      await house.engine.recover();
      assert.deepEqual(await house.engine.openOperations(), []);

      const { ensured, failed } = await house.backend.ensureExports();
      assert.deepEqual(failed, []);
      assert.deepEqual(new Set(ensured).isSupersetOf(new Set([ids.attached, ids.connected])), true);

      const attached = await house.engine.volume(ids.attached);
      const [stale] = attached.connections;
      assert.equal(stale?.attached, true, 'the record knows of no reboot');
      await stale.detach();
      for (const id of [ids.attached, ids.connected]) {
        const [connection] = (await house.engine.volume(id)).connections;
        await connection?.attach();
        assert.equal(await labelOn(String(connection?.path), [id]), id);
      }
      await house.recover();
      await house.clear();
    });
  }
});

/** One volume is attached, one only connected, and whoever attached a third one died on its way. */
const before = async (log: string, site: Awaited<ReturnType<typeof openLvmSite>>) => {
  await using house = await House.opened(log, site);
  const made = async () => {
    const volume = await house.backend.createVolume({ size: 1 });
    await writeLabel(await site.deviceOf(volume.id), volume.id);
    return volume;
  };
  const [attached, connected, begun] = [await made(), await made(), await made()];
  await attached.attach();
  await connected.connect(await site.connector());
  const command = { type: 'AttachVolume', volume_id: begun.id, id: newId() } as const;
  await dieAt(CHILD, log, command, { point: 'driver initializeConnection: after', nth: 1 });
  return { attached: attached.id, connected: connected.id };
};
