import { withDefect } from './defect.ts';

/** Remembers what it was asked for, and takes that for what is there. */
export default withDefect('finds-half-made', (driver) => {
  const asked = new Map<string, bigint>();
  return {
    createVolume(volume) {
      asked.set(volume.id, BigInt(volume.size) * 1024n ** 3n);
      return driver.createVolume(volume);
    },
    async deleteVolume(volume) {
      await driver.deleteVolume(volume);
      asked.delete(volume.id);
    },
    async findVolume(volume) {
      const sizeBytes = asked.get(volume.id);
      return (await driver.findVolume(volume)) ?? (sizeBytes === undefined ? null : { sizeBytes });
    },
  };
});
