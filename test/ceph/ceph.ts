import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Command, Option } from 'commander';
import { Cluster } from './support/cluster.ts';
import type { ClusterOptions } from './support/configuration.ts';

interface CephOptions extends Pick<ClusterOptions, 'store' | 'clones'> {
  readonly manager: boolean;
}

await new Command('npm run ceph --')
  .description(
    'Runs a command beside a throw-away Ceph cluster, which `ceph` and `rbd` find by themselves and which has the pool ' +
      'volumes-1. Ends with the command’s exit code.',
  )
  .argument('<command...>')
  .addOption(
    new Option('--store <store>', 'where it keeps what it holds')
      .choices(['memstore', 'bluestore'])
      .default('memstore'),
  )
  .addOption(new Option('--clones <format>', 'the format of clones').choices(['v1', 'v2']).default('v2'))
  .option('--manager', 'with a manager, which knows how full it is', false)
  .passThroughOptions()
  .action(async ([program = '', ...args]: readonly string[], options: CephOptions) => {
    await using cluster = await Cluster.start(options);
    await cluster.newPool();
    const command = spawn(program, args, { stdio: 'inherit', env: { ...process.env, CEPH_CONF: cluster.conf } });
    const [exitCode] = (await once(command, 'exit')) as [number | null];
    process.exitCode = exitCode ?? 1;
  })
  .parseAsync();
