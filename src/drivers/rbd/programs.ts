import { setTimeout as passed } from 'node:timers/promises';
import { CommandError } from '../command-runner.ts';
import type { DriverEnvironment } from '../contract.ts';
import type { CommandOptions } from '../run-command.ts';
import { type Answer, answerOf, didNothing, mayConnectLater, type Place, rbdFailure } from './failures.ts';
import type { RbdOptions } from './options.ts';
import { HealthSchema } from './report.ts';

type ProgramEnvironment = Pick<DriverEnvironment, 'run' | 'signal' | 'onProgress'>;

/** Ceph would wait five minutes. */
const CONNECT_TIMEOUT_SECONDS = 15;
const TIMEOUT_MS = 60_000;
/** It opens each image: some milliseconds each. */
const LIST_TIMEOUT_MS = 600_000;
/** For what reads or writes all the bytes of an image. */
export const LONG_MS = 7 * 24 * 3_600_000;

interface Change {
  readonly timeoutMs?: number;
  /** Ends it early when its caller wants no more of it. */
  readonly stoppable?: boolean;
  /** What it copies, and how much of that it would be at most: it says how far it is. */
  readonly copies?: { readonly subject: string; readonly bytes: bigint };
}

const PERCENT = /(\d+)% complete/g;

/** The programs of Ceph, as the user and on the pool of one backend. */
export class Programs {
  readonly pool: string;
  /** `POOL`, or `POOL/NAMESPACE`. */
  readonly place: string;
  readonly #where: Place;
  readonly #options: RbdOptions;
  readonly #environment: ProgramEnvironment;

  constructor(options: RbdOptions, environment: ProgramEnvironment) {
    const { rbd_pool: pool, rbd_namespace: namespace } = options;
    this.pool = pool;
    this.place = namespace === undefined ? pool : `${pool}/${namespace}`;
    const profile = `profile rbd pool=${pool}${namespace === undefined ? '' : ` namespace=${namespace}`}`;
    this.#where = { pool, place: this.place, profile };
    this.#options = options;
    this.#environment = environment;
  }

  /** An image, or with a snapshot's name that snapshot, as programs take it. */
  at(image: string, snapshot?: string): string {
    return `${this.place}/${image}${snapshot === undefined ? '' : `@${snapshot}`}`;
  }

  async ask(action: string, program: 'rbd' | 'ceph', ...args: readonly string[]): Promise<unknown> {
    try {
      return await this.#json(program, args);
    } catch (error) {
      throw error instanceof CommandError ? rbdFailure(this.#where, action, error) : error;
    }
  }

  /** The same of something that may not be there. */
  async askOf(action: string, ...args: readonly string[]): Promise<unknown> {
    try {
      return await this.#json('rbd', args);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (answerOf(error) === 'absent') return null;
      throw rbdFailure(this.#where, action, error);
    }
  }

  /** Of many images: that Ceph found the last of them gone, because it was deleted meanwhile, is no failure. */
  async askOfMany(action: string, ...args: readonly string[]): Promise<unknown> {
    const how = { timeoutMs: LIST_TIMEOUT_MS, expectedExitCodes: [0, 2] };
    try {
      const said = await this.#start('rbd', [...args, '--format', 'json'], how);
      if (said !== '') return JSON.parse(said);
    } catch (error) {
      throw error instanceof CommandError ? rbdFailure(this.#where, action, error) : error;
    }
    return this.ask(action, 'rbd', ...args);
  }

  /** Has the cluster itself do something, which may be done again, and answers what it says. */
  async order(action: string, ...args: readonly string[]): Promise<string> {
    try {
      return (await this.#start('ceph', args, { timeoutMs: TIMEOUT_MS })).trim();
    } catch (error) {
      throw error instanceof CommandError ? rbdFailure(this.#where, action, error) : error;
    }
  }

  /** Changes something. One that Ceph refused did nothing; of one that ended otherwise it is not known. */
  async change(action: string, args: readonly string[], how: Change = {}): Promise<void> {
    await this.tryTo(action, args, [], how);
  }

  /** The same, where some refusals are answers that the caller knows to deal with. */
  async tryTo<Expected extends Answer>(
    action: string,
    args: readonly string[],
    expected: readonly Expected[],
    { timeoutMs = TIMEOUT_MS, stoppable = false, copies }: Change = {},
  ): Promise<'done' | Expected> {
    const { signal } = this.#environment;
    const onStderr = copies === undefined ? undefined : this.#told(copies);
    try {
      await this.#start('rbd', args, {
        timeoutMs,
        ...(stoppable ? { signal: signal() } : {}),
        ...(onStderr === undefined ? {} : { onStderr }),
      });
      return 'done';
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const answer = expected.find((one) => one === answerOf(error));
      if (answer !== undefined) return answer;
      if (didNothing(error)) throw rbdFailure(this.#where, action, error);
      throw error.timedOut ? await this.#explained(error) : error;
    }
  }

  /** Ceph waits without a word for a pool that is full and for disks that do not answer. */
  async #explained(error: CommandError): Promise<Error> {
    const said = await this.ask('read the health of the cluster', 'ceph', 'health').catch(() => ({ checks: {} }));
    const complaints = Object.values(HealthSchema.parse(said).checks).map(({ summary }) => summary.message);
    if (complaints.length === 0) return error;
    return new Error(`${error.message}; the cluster says: ${complaints.join(', ')}`, { cause: error });
  }

  #told({ subject, bytes }: NonNullable<Change['copies']>): ((text: string) => void) | undefined {
    const { onProgress } = this.#environment;
    if (onProgress === undefined) return undefined;
    const total = Number(bytes);
    return (text) => {
      for (const [, percent] of text.matchAll(PERCENT))
        onProgress({ work: 'copy', subject, unit: 'bytes', done: (total / 100) * Number(percent), total });
    };
  }

  async #json(program: 'rbd' | 'ceph', args: readonly string[]): Promise<unknown> {
    return JSON.parse(await this.#start(program, [...args, '--format', 'json'], { timeoutMs: TIMEOUT_MS }));
  }

  /** Until it is connected nothing has happened, so that it is tried again. */
  async #start(program: 'rbd' | 'ceph', args: readonly string[], how: CommandOptions): Promise<string> {
    const { rados_connection_retries: tries, rados_connection_interval: seconds } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await this.#environment.run(program, [...this.#common(program), ...args], how)).stdout;
      } catch (error) {
        if (attempt >= tries || !mayConnectLater(error) || this.#environment.signal().aborted) throw error;
        await passed(seconds * 1000);
      }
    }
  }

  #common(program: 'rbd' | 'ceph'): readonly string[] {
    const { rbd_cluster_name, rbd_ceph_conf, rbd_user, rbd_keyring_conf, rados_connect_timeout } = this.#options;
    const seconds = rados_connect_timeout < 0 ? CONNECT_TIMEOUT_SECONDS : rados_connect_timeout;
    return [
      ...['--cluster', rbd_cluster_name],
      ...(rbd_ceph_conf === undefined ? [] : ['--conf', rbd_ceph_conf]),
      ...(rbd_user === undefined ? [] : ['--id', rbd_user]),
      ...(rbd_keyring_conf === undefined ? [] : ['--keyring', rbd_keyring_conf]),
      ...(program === 'ceph' ? ['--connect-timeout', String(seconds)] : ['--client-mount-timeout', String(seconds)]),
    ];
  }
}
