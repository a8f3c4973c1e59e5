import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { OPERATION_VARIABLE } from '../../drivers/current-operation.ts';
import { processIds } from '../../drivers/kernel-processes.ts';
import type { QmpCommand, RootFiles } from '../../drivers/root-files.ts';
import type { RunCommand } from '../../drivers/run-command.ts';
import { until } from '../until.ts';
import { rbdFailure } from './failures.ts';
import { nameOf } from './image.ts';
import type { Place } from './place.ts';
import type { RbdRoute } from './route.ts';

const PROGRAM = 'qemu-storage-daemon';
const STARTED_WITHIN_MS = 45_000;
const ENDED_WITHIN_MS = 10_000;
/** The node that is exported, over one of the image. */
const EXPORTED = 'exported';

/** QEMU's storage daemon, one per image: shows it as a file by FUSE. It is found again by its place, in its arguments. */
export class StorageDaemon {
  readonly #run: RunCommand;
  readonly #files: RootFiles;
  readonly #place: Place;
  readonly #route: RbdRoute;

  constructor(run: RunCommand, files: RootFiles, place: Place, route: RbdRoute) {
    this.#run = run;
    this.#files = files;
    this.#place = place;
    this.#route = route;
  }

  async runs(): Promise<boolean> {
    return (await this.#processes()).length > 0;
  }

  async start(readOnly: boolean): Promise<void> {
    const { image, qmp } = this.#place;
    const fuse = { type: 'fuse', id: 'image', 'node-name': EXPORTED, mountpoint: image, 'allow-other': 'off' };
    const args = [
      '--daemonize',
      ...['--blockdev', JSON.stringify(this.#node('image-1', readOnly))],
      ...['--blockdev', JSON.stringify(exportedOver('image-1', readOnly))],
      ...['--export', JSON.stringify({ ...fuse, writable: !readOnly })],
      ...['--chardev', `socket,id=qmp,path=${escaped(qmp)},server=on,wait=off`],
      ...['--monitor', 'chardev=qmp'],
    ];
    // It outlives the operation, whose programs are ended after a crash.
    const options = { root: true, timeoutMs: STARTED_WITHIN_MS, env: { [OPERATION_VARIABLE]: '' } } as const;
    await this.#run(PROGRAM, args, options).catch((error: unknown) => {
      throw rbdFailure(`attach ${nameOf(this.#route)}`, error);
    });
  }

  /** Makes the file as large as the image is now. Opens it anew, because QEMU would change the image by `block_resize`. */
  async reopen(readOnly: boolean): Promise<void> {
    const before = await this.#imageNodes();
    const next = `image-${Math.max(0, ...before.map((name) => Number(name.slice('image-'.length)))) + 1}`;
    await this.#ask('blockdev-add', this.#node(next, readOnly));
    await this.#ask('blockdev-reopen', { options: [exportedOver(next, readOnly)] });
    for (const name of before) await this.#ask('blockdev-del', { 'node-name': name });
  }

  /** What it has not written yet is lost where it does not end by itself. */
  async end(): Promise<void> {
    for (const signal of ['TERM', 'KILL']) {
      const processes = await this.#processes();
      if (processes.length === 0) return;
      await this.#run('kill', ['-s', signal, '--', ...processes], { root: true, expectedExitCodes: [0, 1] });
      if ((await until(ENDED_WITHIN_MS, async () => ((await this.runs()) ? null : true))) !== null) return;
    }
    throw new Error(`the daemon of ${nameOf(this.#route)} does not end`);
  }

  async #imageNodes(): Promise<readonly string[]> {
    const nodes = Nodes.parse(JSON.parse(await this.#ask('query-named-block-nodes', { flat: true })));
    return nodes.filter(({ drv }) => drv === 'rbd').map((node) => node['node-name']);
  }

  async #ask(execute: QmpCommand['execute'], given: JsonObject): Promise<string> {
    const [answer] = await this.#files([
      { do: 'qmp', path: this.#place.qmp, commands: [{ execute, arguments: given }] },
    ]);
    return String(answer);
  }

  #node(name: string, readOnly: boolean): JsonObject {
    const { pool, namespace, image, user } = this.#route;
    return {
      driver: 'rbd',
      'node-name': name,
      pool,
      ...(namespace === '' ? {} : { namespace }),
      image,
      conf: this.#place.configuration,
      ...(user === null ? {} : { user }),
      discard: 'unmap',
      'read-only': readOnly,
    };
  }

  /** A zombie has no arguments. */
  async #processes(): Promise<readonly string[]> {
    const { configuration } = this.#place;
    const isIts = async (pid: string) => {
      const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      return args.some((arg) => arg.endsWith(PROGRAM)) && args.some((arg) => arg.includes(configuration));
    };
    const pids = (await processIds()).filter((pid) => pid !== String(process.pid));
    const its = await Promise.all(pids.map(isIts));
    return pids.filter((_, index) => its[index]);
  }
}

/** A comma ends an option's value. */
const escaped = (path: string): string => path.replaceAll(',', ',,');

const Nodes = z.array(z.object({ 'node-name': z.string(), drv: z.string() }));

const exportedOver = (file: string, readOnly: boolean): JsonObject => ({
  driver: 'raw',
  'node-name': EXPORTED,
  file,
  discard: 'unmap',
  'read-only': readOnly,
});
