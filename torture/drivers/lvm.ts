import { type DriverDefinition, defineDriver } from '../../src/drivers/contract.ts';
import lvm from '../../src/drivers/lvm/driver.ts';
import { withPoints } from '../points/driver.ts';

/** The lvm driver, with points around its calls. Those in its programs and in root's files are its process's. */
const definition: DriverDefinition<typeof lvm.options> = defineDriver({
  ...lvm,
  create: (options, environment) => withPoints(lvm.create(options, environment)),
});
export default definition;
