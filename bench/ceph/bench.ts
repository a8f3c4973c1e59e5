// `npm run bench:ceph`: the driver rbd beside the bare program, on a cluster of its own that keeps all in memory, in one
// run. With a directory on PYTHONPATH that holds cinderlib, beside that too. Prints tables.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { type Backend, createEngine, type Snapshot, silentLogger, type Volume } from '../../src/index.ts';
import { Cluster } from '../../test/ceph/support/cluster.ts';
import { newBackend } from '../../test/ceph/support/rbd-backend.ts';
import { cinderlibRounds, type Life, measured, type Pairs, pairOfCommits, tableOf } from '../lives.ts';

const CALLERS = 32;

type Operation = 'create' | 'extend' | 'snapshot' | 'clone' | 'delete clone' | 'delete snapshot' | 'delete';
const PAIRS: Pairs<Operation> = {
  create: 1,
  extend: 1,
  snapshot: 1,
  clone: 1,
  'delete clone': 1,
  'delete snapshot': 1,
  delete: 1,
};

const scoriaLife = (backend: Backend): Life<Operation> => {
  let volume: Volume;
  let snapshot: Snapshot;
  let clone: Volume;
  return {
    create: async () => {
      volume = await backend.createVolume({ size: 1 });
    },
    extend: () => volume.extend(2),
    snapshot: async () => {
      snapshot = await volume.createSnapshot();
    },
    clone: async () => {
      clone = await snapshot.createVolume();
    },
    'delete clone': () => clone.delete(),
    'delete snapshot': () => snapshot.delete(),
    delete: () => volume.delete(),
  };
};

type Rbd = (...args: readonly string[]) => Promise<unknown>;

let made = 0;

/** The least that Ceph must be told. */
const bareLife = (rbd: Rbd, pool: string): Life<Operation> => {
  made += 1;
  const [image, clone] = [`${pool}/bare-${made}`, `${pool}/bare-clone-${made}`];
  return {
    create: () => rbd('create', '--size', '1G', image),
    extend: () => rbd('resize', '--no-progress', '--size', '2G', image),
    snapshot: () => rbd('snap', 'create', '--no-progress', `${image}@taken`),
    clone: () => rbd('clone', `${image}@taken`, clone),
    'delete clone': () => rbd('rm', '--no-progress', clone),
    'delete snapshot': () => rbd('snap', 'rm', '--no-progress', `${image}@taken`),
    delete: () => rbd('rm', '--no-progress', image),
  };
};

const timed = async (work: () => Promise<unknown>): Promise<string> => {
  const start = performance.now();
  await work();
  return (performance.now() - start).toFixed(0);
};

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, images: { type: 'string', default: '1000' } },
});
const [rounds, images] = [Number(values.rounds), Number(values.images)];
const directory = await mkdtemp(join(tmpdir(), 'bench-'));
await using cluster = await Cluster.start({ manager: true });
const { options, user } = await newBackend(cluster);
const pool = options.rbd_pool;
const rbd: Rbd = (...args) => execa('rbd', ['--conf', cluster.conf, '--id', user, ...args]);
{
  await using engine = await createEngine({ log: join(directory, 'scoria.db'), logger: silentLogger });
  const backend = await engine.addBackend({ name: 'ceph', driver: 'rbd', options });

  const scoria = await measured(rounds, () => scoriaLife(backend));
  const bare = await measured(rounds, () => bareLife(rbd, pool));
  const pairMs = pairOfCommits(join(directory, 'bare.db'));
  console.log(`medians of ${rounds} rounds; two bare durable commits take ${pairMs.toFixed(2)} ms`);
  const driver = 'cinder.volume.drivers.rbd.RBDDriver';
  const cinderlib = cinderlibRounds({ driver, options, pairs: PAIRS, rounds });
  console.log(tableOf({ scoria, bare, cinderlib, pairs: PAIRS, pairMs }));

  const callers = Array.from({ length: CALLERS }, (_, index) => index);
  const own = await timed(() => Promise.all(callers.map(() => backend.createVolume({ size: 1 }))));
  const least = await timed(() =>
    Promise.all(callers.map((index) => rbd('create', '--size', '1G', `${pool}/at-once-${index}`))),
  );
  console.log(`${CALLERS} creations at once: ${own} ms, bare ${least} ms`);

  for (let index = 0; index < images; index += CALLERS) {
    const some = callers.filter((caller) => index + caller < images);
    await Promise.all(some.map((caller) => rbd('create', '--size', '1G', `${pool}/listed-${index + caller}`)));
  }
  const [listing, listingBare] = [await timed(() => backend.reconcile()), await timed(() => rbd('ls', '--long', pool))];
  console.log(`reconcile with ${images} images of others: ${listing} ms, a bare list ${listingBare} ms`);
}
await rm(directory, { recursive: true });
