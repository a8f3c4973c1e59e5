import { withDefect } from './defect.ts';

export default withDefect('measures-in-numbers', (driver) => ({
  findVolume: async (volume) => {
    const found = await driver.findVolume(volume);
    return found === null ? null : { ...found, sizeBytes: Number(found.sizeBytes) as unknown as bigint };
  },
}));
