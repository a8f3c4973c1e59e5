import { callSignal } from '../../../src/drivers/call.ts';
import { createCommandRunner } from '../../../src/drivers/command-runner.ts';
import { type Driver, isDriverFailure } from '../../../src/drivers/contract.ts';
import { makeDriver } from '../../../src/drivers/make-driver.ts';
import { parseOptions } from '../../../src/drivers/parse-options.ts';
import definition from '../../../src/drivers/rbd/driver.ts';
import type { RunCommand } from '../../../src/drivers/run-command.ts';
import { silentLogger } from '../../../src/logging.ts';
import type { Onlooker } from '../../../src/progress.ts';
import type { Cluster } from './cluster.ts';

export const USER = 'cinder';

interface RbdBackendUnderTest {
  readonly options: Readonly<Record<'rbd_pool' | 'rbd_user' | 'rbd_ceph_conf', string>>;
  readonly user: string;
  /** All images of the pool, their snapshots, and what Ceph keeps out of sight. */
  readonly remains: () => Promise<readonly string[]>;
}

/** What docs/how-to/rbd.md gives the user. */
const capsFor = (pool: string, namespace: string | null): Readonly<Record<string, string>> => {
  const profile = `profile rbd pool=${pool}${namespace === null ? '' : ` namespace=${namespace}`}`;
  return { mon: 'profile rbd', osd: profile, mgr: profile };
};

/** A new pool, or namespace of a new pool, with a user of its own. */
export const newBackend = async (cluster: Cluster, namespace: string | null = null): Promise<RbdBackendUnderTest> => {
  const pool = await cluster.newPool();
  const place = namespace === null ? pool : `${pool}/${namespace}`;
  if (namespace !== null) await cluster.said('rbd', 'namespace', 'create', place);
  const user = `${USER}-${pool}`;
  await cluster.newUser(user, capsFor(pool, namespace));
  return {
    options: {
      rbd_pool: pool,
      ...(namespace === null ? {} : { rbd_namespace: namespace }),
      rbd_user: user,
      rbd_ceph_conf: cluster.conf,
    },
    user,
    remains: () => remainsIn(cluster, place),
  };
};

export const shell: RunCommand = createCommandRunner({ rootHelper: '', log: silentLogger });

/** The driver, not set up, with all that it can do. */
export const rbdDriver = (
  options: Readonly<Record<string, unknown>>,
  run: RunCommand = shell,
  onlooker: Pick<Onlooker, 'onProgress'> = {},
) => {
  const environment = { backendName: 'under-test', run, log: silentLogger, signal: callSignal, ...onlooker };
  return allOf(makeDriver(definition, parseOptions(definition, options) as never, environment));
};

const allOf = ({ extend, clone, snapshots, revert, resources, manage, ...core }: Driver) => {
  if (!extend || !clone || !snapshots || !revert || !resources || !manage) throw new Error('a capability is missing');
  return { ...core, ...extend, ...clone, ...snapshots, ...revert, ...resources, ...manage };
};

/** As the sweep sees it: `KIND REFERENCE`. */
export const listed = async (driver: RbdDriver): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const { kind, reference } of await driver.listResources()) found.push(`${kind} ${reference}`);
  return found;
};
export type RbdDriver = ReturnType<typeof rbdDriver>;

/** What a call says that was refused, and did nothing. */
export const refusalOf = async (call: Promise<unknown>): Promise<string> => {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (isDriverFailure(error)) return `${error.message}; ${error.remedy}`;
  throw new Error(`it was not refused, but ended in ${String(error)}`);
};

const remainsIn = async (cluster: Cluster, place: string): Promise<readonly string[]> => {
  const [lines, trash] = await Promise.all([
    cluster.asked<readonly { readonly image: string; readonly snapshot?: string }[]>('rbd', 'ls', '--long', place),
    cluster.asked<readonly { readonly name: string }[]>('rbd', 'trash', 'ls', '--all', place),
  ]);
  return [
    ...lines.map(({ image, snapshot }) => (snapshot === undefined ? image : `${image}@${snapshot}`)),
    ...trash.map(({ name }) => `trash: ${name}`),
  ];
};
