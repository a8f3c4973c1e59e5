import type { Command } from 'commander';
import { withExamples } from '../examples.ts';
import { telling } from '../verbs.ts';

/** No log is needed to tell what this host is. */
export const connectorVerb = (program: Command): void => {
  const verb = program
    .command('connector')
    .description("this host's connector properties as JSON, for `connection create --connector -`")
    .option('--multipath', 'for attaching volumes by all their paths')
    .option('--enforce-multipath', 'refuse to attach them by one, where multipathd does not run')
    .action(
      telling<{ multipath?: boolean; enforceMultipath?: boolean }>(async (_operands, options) => {
        const { multipath = false, enforceMultipath = false } = options;
        const { connectorProperties } = await import('../../connectors/properties.ts');
        const properties = await connectorProperties({ multipath, enforceMultipath });
        return { json: properties, text: () => JSON.stringify(properties, null, 2) };
      }),
    );
  withExamples(verb, [
    'scoria connector',
    'scoria connector --multipath',
    'scoria connector | scoria backend validate-connector store --connector -',
  ]);
};
