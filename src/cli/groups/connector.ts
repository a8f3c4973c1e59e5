import { type Command, Option } from 'commander';
import type { PropertiesRequest } from '../../connectors/properties.ts';
import { RBD_MAPPERS } from '../../rbd-mappers.ts';
import { withExamples } from '../examples.ts';
import { telling } from '../verbs.ts';

/** No log is needed to tell what this host is. */
export const connectorVerb = (program: Command): void => {
  const verb = program
    .command('connector')
    .description("this host's connector properties as JSON, for `connection create --connector -`")
    .option('--multipath', 'for attaching volumes by all their paths')
    .option('--enforce-multipath', 'refuse to attach them by one, where multipathd does not run')
    .addOption(new Option('--rbd-mapper <mapper>', 'how images of Ceph are mapped').choices(RBD_MAPPERS))
    .action(
      telling<PropertiesRequest>(async (_operands, options) => {
        const { connectorProperties } = await import('../../connectors/properties.ts');
        const properties = await connectorProperties(options);
        return { json: properties, text: () => JSON.stringify(properties, null, 2) };
      }),
    );
  withExamples(verb, [
    'scoria connector',
    'scoria connector --multipath',
    'scoria connector --rbd-mapper krbd',
    'scoria connector | scoria backend validate-connector store --connector -',
  ]);
};
