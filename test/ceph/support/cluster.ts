import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ClusterOptions, configurationOf, MONITORS, type Monitor, monitorAddress } from './configuration.ts';
import { Daemon } from './daemon.ts';
import { type PortBlock, takePorts } from './ports.ts';

const run = promisify(execFile);

const DEFAULTS: ClusterOptions = {
  store: 'memstore',
  monitors: 1,
  manager: false,
  clones: 'v2',
  sizeBytes: 8 * 1024 ** 3,
};
const ANSWERS_WITHIN_MS = 60_000;
const POLL_MS = 100;
const ADMIN_CAPS = ['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow *'];

interface MonitorMap {
  readonly mons: readonly { readonly public_addrs: { readonly addrvec: readonly Address[] } }[];
}
interface Address {
  readonly type: string;
  readonly addr: string;
}

/** A real Ceph cluster of this process, on the loopback: monitors, one OSD, and a manager where it is asked for. */
export class Cluster {
  readonly directory: string;
  readonly fsid = randomUUID();
  readonly monitors: readonly Monitor[];
  readonly #options: ClusterOptions;
  readonly #ports: PortBlock;
  readonly #daemons: ReadonlyMap<string, Daemon>;
  #pools = 0;

  private constructor(directory: string, options: ClusterOptions, ports: PortBlock) {
    this.directory = directory;
    this.monitors = MONITORS.slice(0, options.monitors);
    this.#options = options;
    this.#ports = ports;
    const conf = ['--conf', this.conf, '-f'];
    const osd = ['ceph-osd', '-i', '0', '--keyring', join(directory, 'osd/keyring'), ...conf];
    const mgr = ['ceph-mgr', '-i', 'x', '--keyring', join(directory, 'mgr/keyring'), ...conf];
    this.#daemons = new Map(
      [
        ...this.monitors.map((monitor) => new Daemon(`mon.${monitor}`, ['ceph-mon', '-i', monitor, ...conf])),
        new Daemon('osd.0', osd),
        ...(options.manager ? [new Daemon('mgr.x', mgr)] : []),
      ].map((daemon) => [daemon.name, daemon]),
    );
  }

  static async start(options: Partial<ClusterOptions> = {}): Promise<Cluster> {
    const directory = await mkdtemp(join(tmpdir(), 'scoria-ceph-'));
    const cluster = new Cluster(directory, { ...DEFAULTS, ...options }, await takePorts());
    try {
      await cluster.#make();
      return cluster;
    } catch (error) {
      const why = await cluster.#logs();
      await cluster.remove();
      throw new Error(`the cluster did not start: ${(error as Error).message}\n${why}`, { cause: error });
    }
  }

  get conf(): string {
    return join(this.directory, 'ceph.conf');
  }

  keyring(user: string): string {
    return join(this.directory, `ceph.client.${user}.keyring`);
  }

  /** Where the first monitor speaks the first protocol, as Cinder tells hosts: `ADDRESS:PORT`. */
  async firstAddress(): Promise<string> {
    const { mons } = await this.asked<MonitorMap>('ceph', 'mon', 'dump');
    return mons[0]?.public_addrs.addrvec.find(({ type }) => type === 'v1')?.addr ?? '';
  }

  /** Runs a program of Ceph as the cluster's administrator, and answers what it prints. */
  async said(program: 'ceph' | 'rbd' | 'rados', ...args: readonly string[]): Promise<string> {
    const { stdout } = await run(program, ['--conf', this.conf, ...args], { timeout: ANSWERS_WITHIN_MS });
    return stdout.trim();
  }

  async asked<Answer = unknown>(program: 'ceph' | 'rbd', ...args: readonly string[]): Promise<Answer> {
    return JSON.parse(await this.said(program, ...args, '--format', 'json')) as Answer;
  }

  async newPool(): Promise<string> {
    this.#pools += 1;
    const pool = `volumes-${this.#pools}`;
    await this.said('ceph', 'osd', 'pool', 'create', pool);
    await this.said('rbd', 'pool', 'init', pool);
    return pool;
  }

  /** Makes a user with these capabilities, whose keyring stands beside the configuration. */
  async newUser(user: string, caps: Readonly<Record<string, string>>): Promise<void> {
    const given = Object.entries(caps).flat();
    await this.said('ceph', 'auth', 'get-or-create', `client.${user}`, ...given, '-o', this.keyring(user));
  }

  /** Starts what does not run, and waits until the cluster serves. */
  async resume(): Promise<void> {
    for (const daemon of this.#daemons.values()) daemon.start();
    await this.#serves();
  }

  /** Ends all daemons, or those named, as an administrator would. */
  async stop(...names: readonly string[]): Promise<void> {
    await this.#end('SIGTERM', names);
  }

  /** The same, as a power cut would. */
  async kill(...names: readonly string[]): Promise<void> {
    await this.#end('SIGKILL', names);
  }

  /** Keeps a daemon from answering, without anybody being told. */
  hang(name: string): Disposable {
    const daemon = this.#daemons.get(name);
    daemon?.pause();
    return { [Symbol.dispose]: () => daemon?.signal('SIGCONT') };
  }

  async remove(): Promise<void> {
    await this.kill();
    await this.#ports.give();
    await rm(this.directory, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove();
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL', names: readonly string[]): Promise<void> {
    const ending = [...this.#daemons.values()].filter(({ name }) => names.length === 0 || names.includes(name));
    // The OSD tells the monitors that it goes.
    for (const daemon of ending.toReversed()) await daemon.end(signal);
  }

  async #make(): Promise<void> {
    const at = (name: string) => join(this.directory, name);
    for (const name of ['osd', 'mgr', 'run', 'log', 'crash']) await mkdir(at(name));
    const conf = configurationOf(this.directory, this.fsid, this.#ports, this.#options, this.monitors);
    await writeFile(this.conf, conf);
    await this.#makeMonitors();
    await this.#makeOsd();
    if (this.#options.manager) {
      const caps = ['mon', 'allow profile mgr', 'osd', 'allow *', 'mds', 'allow *'];
      await this.said('ceph', 'auth', 'get-or-create', 'mgr.x', ...caps, '-o', at('mgr/keyring'));
    }
    await this.resume();
    if (this.#options.clones === 'v2') await this.said('ceph', 'osd', 'set-require-min-compat-client', 'mimic');
  }

  async #makeMonitors(): Promise<void> {
    const keyring = join(this.directory, 'mon.keyring');
    const [admin, map] = [this.keyring('admin'), join(this.directory, 'monmap')];
    await run('ceph-authtool', [admin, '-C', '-g', '-n', 'client.admin', ...ADMIN_CAPS]);
    await run('ceph-authtool', [keyring, '-C', '-g', '-n', 'mon.', '--cap', 'mon', 'allow *']);
    await run('ceph-authtool', [keyring, '--import-keyring', admin]);
    const addresses = this.monitors.flatMap((monitor) => ['--addv', monitor, monitorAddress(this.#ports, monitor)]);
    await run('monmaptool', ['--create', '--fsid', this.fsid, ...addresses, '--set-min-mon-release', '16', map]);
    for (const monitor of this.monitors) {
      await run('ceph-mon', ['-i', monitor, '--mkfs', '--monmap', map, '--keyring', keyring, '--conf', this.conf]);
      this.#daemons.get(`mon.${monitor}`)?.start();
    }
  }

  async #makeOsd(): Promise<void> {
    const [uuid, keyring, secrets] = [
      randomUUID(),
      join(this.directory, 'osd/keyring'),
      join(this.directory, 'osd.json'),
    ];
    const key = (await run('ceph-authtool', ['--gen-print-key'])).stdout.trim();
    await writeFile(keyring, `[osd.0]\n\tkey = ${key}\n`);
    await writeFile(secrets, JSON.stringify({ cephx_secret: key }));
    await this.said('ceph', 'osd', 'new', uuid, '0', '-i', secrets);
    await run('ceph-osd', ['-i', '0', '--mkfs', '--osd-uuid', uuid, '--keyring', keyring, '--conf', this.conf]);
  }

  /** The map says of an OSD that was killed that it is up until it has come up again. */
  async #serves(): Promise<void> {
    const deadline = performance.now() + ANSWERS_WITHIN_MS;
    const serves = async () => {
      const { num_up_osds } = await this.asked<{ readonly num_up_osds: number }>('ceph', 'osd', 'stat');
      if (num_up_osds !== 1) return false;
      if (this.#pools > 0) await this.said('rados', '--pool', `volumes-${this.#pools}`, 'ls');
      return true;
    };
    while (!(await serves().catch(() => false))) {
      const dead = [...this.#daemons.values()].find(({ isRunning }) => !isRunning);
      if (dead !== undefined) throw new Error(`${dead.name} ended: ${dead.said}`);
      if (performance.now() > deadline) throw new Error(`it did not serve within ${ANSWERS_WITHIN_MS} ms`);
      await sleep(POLL_MS);
    }
  }

  async #logs(): Promise<string> {
    const names = [...this.#daemons.keys()];
    const logs = names.map((name) => readFile(join(this.directory, `log/${name}.log`), 'utf8').catch(() => ''));
    return (await Promise.all(logs)).map((log, index) => `${names[index]}:\n${log.slice(-2_000)}`).join('\n');
  }
}
