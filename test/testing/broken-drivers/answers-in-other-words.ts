import type { VolumeModelUpdate } from '../../../src/drivers/contract.ts';
import { withDefect } from './defect.ts';

export default withDefect('answers-in-other-words', (driver) => ({
  createVolume: async (volume) => {
    await driver.createVolume(volume);
    return { location: `array:${volume.id}` } as VolumeModelUpdate;
  },
}));
