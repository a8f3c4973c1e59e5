// An array in the memory of this process, for whoever connects to the Unix socket that it is given.
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { callSignal } from '../../src/drivers/call.ts';
import { type Driver, isDriverFailure } from '../../src/drivers/contract.ts';
import { memoryArray } from '../../src/drivers/memory/array.ts';
import memory from '../../src/drivers/memory/driver.ts';
import { silentLogger } from '../../src/logging.ts';
import { CALLS, methodOf } from '../points/driver.ts';
import { type Answer, type Question, sent, understood } from './array-exchange.ts';

const [socket = ''] = process.argv.slice(2);
const array = memoryArray('torture');
const notHere = () => Promise.reject(new Error('the memory array runs no programs'));
const options = memory.options.parse({ array: array.name, total_capacity_gb: 1_000_000, use_chap_auth: true });
const driver: Driver = memory.create(options, {
  backendName: 'torture',
  run: notHere,
  log: silentLogger,
  signal: callSignal,
});

/** What is on the array, of each kind. */
const dump = async () => ({
  volumes: array.volumes.values().toArray(),
  snapshots: array.snapshots.values().toArray(),
  exports: array.exports.values().toArray(),
  connections: array.connections.values().toArray(),
});

const answered = async ({ id, method, given }: Question): Promise<Answer> => {
  const call = CALLS.find((one) => one.method === method);
  try {
    const made = method === 'dump' ? dump : call && methodOf(driver, call);
    const value = await made?.(...given);
    return { id, value: method === 'listResources' ? [...(value as Iterable<unknown>)] : value };
  } catch (error) {
    const { message, remedy } = error as { readonly message: string; readonly remedy: string };
    return isDriverFailure(error) ? { id, failure: { message, remedy } } : { id, error: message };
  }
};

createServer((connection) => {
  const lines = createInterface({ input: connection });
  lines.on('line', (line) => {
    void answered(understood<Question>(line)).then((answer) => connection.write(sent(answer)));
  });
  // Whoever asked may be dead.
  for (const end of [connection, lines]) end.on('error', () => connection.destroy());
}).listen(socket, () => console.log('listening'));
