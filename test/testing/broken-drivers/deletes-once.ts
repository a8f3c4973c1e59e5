import { DriverFailure } from '../../../src/drivers/contract.ts';
import { withDefect } from './defect.ts';

export default withDefect('deletes-once', (driver, array) => ({
  async deleteVolume(volume) {
    if (!array.volumes.has(volume.id)) throw new DriverFailure(`no volume ${volume.id}`, 'Give a volume that is there');
    await driver.deleteVolume(volume);
  },
}));
