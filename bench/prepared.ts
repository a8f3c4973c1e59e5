import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runCinderlib, runNode, settled } from './processes.ts';
import { benchServer, type Server, type ServerName } from './servers.ts';
import { counted, type Size } from './size.ts';

const execute = promisify(execFile);

export type InventoryName = `${number}.json` | `${number}.sqlite`;

/** What several measures look at, made once in a run when it is first asked for. */
export interface Prepared {
  /** A log of `size.volumes` volumes, their creation all that happened. */
  volumesLog(): Promise<string>;
  /** Scoria's dump of it. */
  dump(): Promise<string>;
  /** cinderlib's dump of as many volumes, and a database that this dump was loaded into. */
  cinderlibDump(): Promise<string>;
  cinderlibDatabase(): Promise<string>;
  /** A dump or a database of cinderlib with so many volumes, each with a snapshot and a connection. */
  cinderlibInventory(name: InventoryName): Promise<string>;
  /** A log of `size.foldedEvents` events, ten of each volume. */
  eventsLog(): Promise<string>;
  /** A log with one backend and one volume. */
  smallLog(): Promise<string>;
  /** A log of `size.largeLog` events, of which `size.longStream` are the first volume's. */
  largeLog(): Promise<string>;
  /** An export of it. */
  export(): Promise<string>;
  /** The package's own files, built from this checkout. */
  build(): Promise<unknown>;
  /** A database server, and a log of `size.foldedEvents` events on it. */
  server(name: ServerName): Promise<Server>;
  eventsLogOn(name: ServerName): Promise<string>;
}

const oncePer = <Key, Made>(make: (key: Key) => Promise<Made>) => {
  const making = new Map<Key, Promise<Made>>();
  return (key: Key): Promise<Made> => {
    const begun = making.get(key) ?? make(key);
    making.set(key, begun);
    return begun;
  };
};

export const prepareIn = (
  directory: string,
  size: Size,
  say: (words: string) => void,
  atTheEnd: AsyncDisposableStack,
): Prepared => {
  const once = (name: string, words: string, make: (path: string) => Promise<unknown>) => {
    let making: Promise<string> | undefined;
    const begin = async (): Promise<string> => {
      say(`preparing ${words}`);
      await mkdir(directory, { recursive: true });
      const path = join(directory, name);
      await make(path);
      await settled();
      return path;
    };
    return () => {
      making ??= begin();
      return making;
    };
  };
  const log =
    (given: { readonly volumes: number; readonly events: number; readonly firstVolume?: number }) => (path: string) =>
      runNode('write-log.ts', { log: path, firstVolume: 0, ...given });

  const cinderlibDump = once('cinderlib.json', `${counted(size.volumes)} volumes in cinderlib`, (to) =>
    runCinderlib('dump', { volumes: size.volumes, to }, directory),
  );
  const volumesLog = once(
    'volumes.db',
    `a log of ${counted(size.volumes)} volumes`,
    log({ volumes: size.volumes, events: 2 }),
  );
  const largeLog = once(
    'large.db',
    `a log of ${counted(size.largeLog)} events`,
    log({ volumes: (size.largeLog - size.longStream) / 10, events: 10, firstVolume: size.longStream }),
  );
  const server = oncePer(async (name: ServerName) => {
    say(`starting ${name}`);
    return atTheEnd.use(await benchServer(name));
  });
  const eventsLogOn = oncePer(async (name: ServerName) => {
    say(`preparing a log of ${counted(size.foldedEvents)} events on ${name}`);
    const path = await (await server(name)).newLog();
    await log({ volumes: size.foldedEvents / 10, events: 10 })(path);
    await settled();
    return path;
  });
  const cinderlibInventory = oncePer((name: InventoryName) =>
    once(name, `what cinderlib keeps of volumes with snapshots and connections, in ${name}`, (to) =>
      runNode('write-cinderlib.ts', { volumes: Number.parseInt(name, 10), to }),
    )(),
  );
  return {
    cinderlibInventory,
    server,
    eventsLogOn,
    volumesLog,
    dump: once('dump.json', 'its dump', async (to) => runNode('dump.ts', { log: await volumesLog(), to })),
    cinderlibDump,
    cinderlibDatabase: once('cinderlib.sqlite', "cinderlib's database of as many", async (persistence) =>
      runCinderlib('load', { persistence, dump: await cinderlibDump() }, directory),
    ),
    eventsLog: once(
      'events.db',
      `a log of ${counted(size.foldedEvents)} events`,
      log({ volumes: size.foldedEvents / 10, events: 10 }),
    ),
    smallLog: once('small.db', 'a small log', log({ volumes: 1, events: 2 })),
    largeLog,
    export: once('export.ndjson', 'its export', async (to) => runNode('export.ts', { log: await largeLog(), to })),
    build: once('built', 'the package', () =>
      execute('npm', ['run', 'build'], { cwd: fileURLToPath(new URL('..', import.meta.url)) }),
    ),
  };
};
