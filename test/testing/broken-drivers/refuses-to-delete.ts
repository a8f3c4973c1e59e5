import { DriverFailure } from '../../../src/drivers/contract.ts';
import { withDefect } from './defect.ts';

export default withDefect('refuses-to-delete', () => ({
  deleteVolume: ({ id }) => Promise.reject(new DriverFailure(`volume ${id} is busy`, 'Wait until it is not')),
}));
