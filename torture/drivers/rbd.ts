import { type DriverDefinition, defineDriver } from '../../src/drivers/contract.ts';
import rbd from '../../src/drivers/rbd/driver.ts';
import { withPoints } from '../points/driver.ts';

/** The rbd driver, with points around its calls. Those in its programs are its process's. */
const definition: DriverDefinition<typeof rbd.options> = defineDriver({
  ...rbd,
  create: (options, environment) => withPoints(rbd.create(options, environment)),
});
export default definition;
