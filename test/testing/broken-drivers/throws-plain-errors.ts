import { withDefect } from './defect.ts';

/** Says of a refusal that it does not know how it ended. */
export default withDefect('throws-plain-errors', (driver) => ({
  createVolume: (volume) =>
    driver.createVolume(volume).catch((error: Error) => {
      throw new Error(error.message);
    }),
}));
