import type { Volume } from '../../../drivers/contract.ts';
import { same } from '../../asserting.ts';
import { aConnection } from '../../resources.ts';
import { check } from '../check.ts';
import type { DriverTrial } from '../trial.ts';
import { succeeds } from './volumes.ts';

/** The properties of another host. */
const elsewhere = <Connector extends object>(connector: Connector): Connector & { readonly host: string } => ({
  ...connector,
  host: 'scoria-check-elsewhere',
});

/** Connects the volume, and once more after its export is gone and `meanwhile`, as after a reboot. */
const comesBack = async (
  trial: DriverTrial,
  volume: Volume,
  meanwhile: (exported: Volume) => Promise<Volume>,
  when: string,
): Promise<void> => {
  const { driver, connector } = trial;
  const { info, connection, exported } = await trial.connected(volume);
  await trial.disconnect(exported, connection);
  const present = await meanwhile(exported);
  const anew = { ...present, ...(await driver.createExport(present, connector)) } as Volume;
  const again = await driver.initializeConnection(anew, { ...connection, connector });
  same(again, info, `a host goes by the connection info that it has: it must be the same again after ${when}`);
  await trial.disconnect(anew, connection);
};

export const connectionChecks = [
  check('connects and disconnects, each twice in a row, several times', [], async (trial) => {
    const { driver, connector } = trial;
    const volume = await trial.created();
    for (let round = 0; round < 3; round += 1) {
      const { info, connection, exported } = await trial.connected(volume);
      await succeeds('createExport of what is exported must succeed', driver.createExport(exported, connector));
      const again = await driver.initializeConnection(exported, { ...connection, connector });
      same(again, info, 'initializeConnection, repeated, must answer the same connection info');
      same(JSON.parse(JSON.stringify(info)), info, 'connection info must be plain JSON: it is recorded');
      await trial.disconnect(exported, connection);
      await succeeds('terminating and removing what is gone must succeed', trial.disconnect(exported, connection));
    }
    await driver.deleteVolume(volume);
    await trial.leftNothing('after the volume was disconnected and deleted');
  }),

  check('makes an export that is gone again as it was', [], async (trial) => {
    const volume = await trial.created();
    await comesBack(trial, volume, async (exported) => exported, 'its export was gone');
  }),

  check('exports a volume that has grown as it was', ['extend'], async (trial) => {
    const volume = await trial.created();
    const grow = async (exported: Volume): Promise<Volume> => {
      const size = trial.size + 1;
      await trial.capability('extend').extendVolume(exported, size, []);
      return { ...exported, size };
    };
    await comesBack(trial, volume, grow, 'the volume had grown');
  }),

  check('keeps bytes from one connection to the next', ['bytes'], async (trial) => {
    const volume = await trial.created();
    const written = await trial.fill(volume);
    await trial.reads(volume, written, 'what one connection wrote, the next must read');
  }),

  check('refuses to export or connect a volume that is not there', [], async (trial) => {
    const { driver, connector } = trial;
    const volume = trial.volume();
    await trial.refused('to export a volume that is not there', driver.createExport(volume, connector));
    const request = { ...aConnection(volume, connector, null), connector };
    await trial.refused('to connect a volume that is not there', driver.initializeConnection(volume, request));
    await trial.leftNothing('after a connection was refused');
  }),

  check('lets a connection live on when that of another host ends', ['multiattach', 'bytes'], async (trial) => {
    const volume = await trial.created({ multiattach: true });
    const other = await trial.connected(volume, elsewhere(trial.connector));
    const own = await trial.connected(other.exported);
    const first = await trial.attach(own.info);
    try {
      await first.write(4096, Uint8Array.of(1, 2, 3, 4));
      await trial.driver.terminateConnection(own.exported, other.connection, {
        force: false,
        others: [own.connection],
      });
      const read = Uint8Array.from(await first.read(4096, 4));
      same(read, Uint8Array.of(1, 2, 3, 4), 'a host must read on when the connection of another host ended');
    } finally {
      await first.detach();
    }
    const said =
      "terminateConnection must end that connection alone: after another host's ended, attaching anew must work";
    let seen: Uint8Array = new Uint8Array();
    const attachAgain = async () => {
      const again = await trial.attach(own.info);
      seen = Uint8Array.from(await again.read(4096, 4));
      await again.detach();
    };
    await succeeds(said, attachAgain());
    same(seen, Uint8Array.of(1, 2, 3, 4), 'both connections must see the same bytes');
    await trial.disconnect(own.exported, own.connection);
  }),

  check(
    'lets two connections of one host see the same bytes, one after the other',
    ['multiattach', 'bytes'],
    async (trial) => {
      const volume = await trial.created({ multiattach: true });
      const one = await trial.connected(volume);
      const other = await trial.connected(one.exported);
      const first = await trial.attach(one.info);
      await first.write(4096, Uint8Array.of(5, 6, 7, 8)).finally(() => first.detach());
      const second = await trial.attach(other.info);
      try {
        await trial.driver.terminateConnection(other.exported, one.connection, {
          force: false,
          others: [other.connection],
        });
        const read = Uint8Array.from(await second.read(4096, 4));
        same(
          read,
          Uint8Array.of(5, 6, 7, 8),
          'the second connection must read what the first wrote, also when it ended',
        );
      } finally {
        await second.detach();
      }
      await trial.disconnect(other.exported, other.connection);
    },
  ),
];
