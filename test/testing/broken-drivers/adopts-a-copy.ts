import { part, withDefect } from './defect.ts';

/** Makes the new volume of the old one, and leaves the old one. */
export default withDefect('adopts-a-copy', (driver, array) => {
  const { manageExisting } = part(driver, 'manage');
  return {
    manage: {
      async manageExisting(volume, reference) {
        const former = array.volumes.get(reference.replace('volume/', ''));
        const update = await manageExisting(volume, reference);
        if (former !== undefined) array.volumes.set(former.id, former);
        return update;
      },
    },
  };
});
