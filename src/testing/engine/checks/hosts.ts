import { stat } from 'node:fs/promises';
import { holds, same } from '../../asserting.ts';
import { checkId } from '../../ids.ts';
import type { EngineCheck } from '../checks.ts';

/** Connections and attachments on this host. */
export const hostChecks: readonly EngineCheck[] = [
  {
    name: 'attaches here: the path is there, and the device has the size of the volume',
    cinderlib: ['test_create_volume', 'test_attach_volume', 'test_attach_detach_volume'],
    needs: ['bytes'],
    run: async (trial) => {
      const volume = await trial.created(trial.size + 1);
      const connection = await trial.attach(volume);
      same(volume.local_attach?.id, connection.id, 'local_attach must be the connection that is attached here');
      same(
        volume.connections.map(({ id }) => id),
        [connection.id],
        'the connection must be listed with its volume',
      );
      const { path } = connection;
      holds(path !== null && path !== '', 'an attached connection must have the path of a device');
      if (path?.startsWith('/')) await stat(path);
      const seen = await trial.deviceBytes(connection);
      trial.sameSize(seen, trial.size + 1, 'the device must have the size in bytes that was asked for');
      await trial.detach(volume);
      same(volume.local_attach, null, 'a volume that was detached must have no local_attach');
      same(volume.connections.length, 0, 'detaching a volume must disconnect this host');
      same(volume.status, 'available', 'a volume that nobody is connected to must be available');
    },
  },
  {
    name: 'attaches and detaches by the connection: detached it stays, disconnected it goes',
    cinderlib: ['test_attach_detach_volume_via_attachment'],
    needs: ['bytes'],
    run: async (trial) => {
      const volume = await trial.created();
      const connection = await trial.attach(volume);
      trial.next();
      await connection.detach();
      same(connection.attached, false, 'a connection that was detached must have no device');
      await volume.refresh();
      same(volume.connections.length, 1, 'detaching a connection must keep this host connected');
      trial.next();
      await connection.attach();
      holds(connection.attached, 'a connection must attach again after it was detached');
      trial.next();
      await connection.detach();
      trial.next();
      await connection.disconnect();
      await volume.refresh();
      same(volume.connections.length, 0, 'disconnecting must take the connection away');
    },
  },
  {
    name: 'reads back what was written, attached anew',
    cinderlib: ['test_disk_io'],
    needs: ['bytes'],
    run: async (trial) => {
      const volume = await trial.created();
      const written = Uint8Array.from({ length: 4096 }, (_, index) => index % 251);
      await trial.attached(volume, (bytes) => bytes.write(1024 ** 2, written));
      const read = await trial.attached(volume, (bytes) => bytes.read(1024 ** 2, 4096));
      same(Uint8Array.from(read), written, 'what was written must be read back after the volume was attached anew');
    },
  },
  {
    name: 'connects and disconnects several times',
    needs: [],
    run: async (trial) => {
      const volume = await trial.created();
      for (let round = 0; round < 3; round += 1) {
        trial.next();
        const connection = await volume.connect(trial.subject.connector, { id: checkId() });
        same(volume.status, 'in-use', 'a volume that a host is connected to must be in-use');
        holds(connection.protocol !== null, 'a connection must have connection info with a driver_volume_type');
        trial.next();
        await connection.disconnect();
        await volume.refresh();
        same(volume.status, 'available', 'a volume that nobody is connected to must be available');
      }
    },
  },
  {
    name: 'extends a stored copy of a volume, and the device too',
    cinderlib: ['test_extend'],
    needs: ['extend', 'bytes'],
    run: async (trial) => {
      const { id } = await trial.created();
      const volume = await trial.engine.volume(id);
      trial.next();
      await volume.extend(trial.size + 1);
      same(volume.size, trial.size + 1, 'an extended volume must have its new size');
      const connection = await trial.attach(volume);
      const seen = await trial.deviceBytes(connection);
      trial.sameSize(seen, trial.size + 1, 'the device must have the size in bytes that the volume grew to');
      await trial.detach(volume);
    },
  },
  {
    name: 'extends while attached, and the device grows',
    cinderlib: ['test_extend_attached'],
    needs: ['extend', 'extend_online', 'bytes'],
    run: async (trial) => {
      const volume = await trial.created();
      const connection = await trial.attach(volume);
      trial.next();
      await volume.extend(trial.size + 1);
      const seen = await trial.deviceBytes(connection);
      trial.sameSize(seen, trial.size + 1, 'the device that is attached must grow with its volume');
      await trial.detach(volume);
    },
  },
];
