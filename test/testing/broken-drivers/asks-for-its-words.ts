import { gibToBytes } from '../../../src/domain/backend/resource.ts';
import { DriverFailure } from '../../../src/drivers/contract.ts';
import { withDefect } from './defect.ts';

/**
 * Not broken: it finds exports by what it told of them, as Cinder's targets do, and keeps volumes that are exported, or
 * of another size than is said, as Cinder's LVM driver does that clears them.
 */
export default withDefect('asks-for-its-words', (driver, array) => ({
  async createExport(volume, connector) {
    await driver.createExport(volume, connector);
    return { provider_location: `export of ${volume.id}` };
  },
  async removeExport(volume) {
    if (volume.provider_location === `export of ${volume.id}`) await driver.removeExport(volume);
  },
  async deleteVolume(volume) {
    if (array.exports.has(volume.id)) throw new DriverFailure('it is exported', 'remove its export first');
    const bytes = array.volumes.get(volume.id)?.sizeBytes;
    if (bytes !== undefined && bytes !== gibToBytes(volume.size))
      throw new DriverFailure('its size is another', 'tell it');
    await driver.deleteVolume(volume);
  },
}));
