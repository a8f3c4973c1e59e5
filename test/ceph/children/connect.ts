// Does one thing with an image: `node connect.ts '{ "work": "attach", "info": ..., "directory": ..., "doom": ... }'`.
// Without a doom it says on standard output which points it passed; with one it is killed there.
import { writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net, { type Socket } from 'node:net';
import type { ConnectionInfo } from '../../../src/drivers/contract.ts';
import { at, type Doom, dieAt, onPoints } from '../../../torture/points/points.ts';
import { instrumentPrograms } from '../../../torture/points/programs.ts';
import { instrumentRootSteps } from '../../../torture/points/root-steps.ts';
import { connectorIn, RW } from '../support/rbd-host.ts';

export interface ImageErrand {
  readonly work: 'attach' | 'grow' | 'detach';
  readonly info: ConnectionInfo;
  readonly directory: string;
  readonly doom: Doom | null;
}

const instrumentQmp = (): void => {
  const connect = net.connect as (path: string) => Socket;
  const labelled = (path: string): Socket => {
    const socket = connect(path);
    const write = socket.write.bind(socket) as (text: string) => boolean;
    const pointed = (text: string) => {
      const { execute } = JSON.parse(text) as { readonly execute: string };
      at(`${execute}: before`);
      socket.once('data', () => at(`${execute}: after`));
      return write(text);
    };
    return path.endsWith('/qmp') ? Object.assign(socket, { write: pointed }) : socket;
  };
  Object.assign(net, { connect: labelled });
  syncBuiltinESMExports();
};

const { work, info, directory, doom }: ImageErrand = JSON.parse(process.argv[2] ?? '{}');
instrumentPrograms();
instrumentRootSteps(directory);
instrumentQmp();
dieAt(doom);
const passed: string[] = [];
onPoints((point) => passed.push(point));

const connector = connectorIn(directory, (run) => run);
const device = work === 'attach' ? await connector.connectVolume(info, RW) : await connector.findDevice(info);
if (device === null) throw new Error('the image is not attached');
if (work === 'grow') await connector.extendVolume(info, device);
if (work === 'detach') await connector.disconnectVolume(info, device, { force: false });
writeSync(1, JSON.stringify(passed));
