import definition from '../../src/drivers/rbd/driver.ts';
import { cinderOptions } from './cinder-driver.ts';
import { type Page, page, paragraphs, table } from './markdown.ts';
import { DIFFERENT, REFUSED } from './rbd-words.ts';

const names = [
  ['a volume', '`volume-ID`'],
  ['a snapshot', '`volume-ID@snapshot-ID`'],
  ['the snapshot that a clone hangs on', '`volume-SOURCE@volume-CLONE.clone_snap`'],
  ['a volume that was deleted while it had clones', '`volume-ID.deleted`'],
  ['a snapshot that was deleted while it had clones of the first format', '`volume-ID@snapshot-ID.deleted`'],
  ['a copy that is not complete, which is no volume yet', '`copying-ID`'],
];

/** `docs/reference/rbd.md`: Cinder's options for RBD, one by one, and what is in the pool. */
export const rbdPage = (): Page =>
  page(
    'docs/reference/rbd.md',
    'the schema of the driver rbd and docs-site/reference/rbd-words.ts',
    '# Ceph RBD and Cinder',
    ...cinderOptions({
      definition,
      cinders: 'cinder.volume.drivers.rbd.RBDDriver',
      different: DIFFERENT,
      refused: REFUSED,
    }),
    '## Names',
    'But for the last they are those that Cinder gives.',
    table(['what', 'name in the pool'], names),
    '## What is different',
    paragraphs(
      `- **A clone gets its name when it is complete.** One that was cut short is no volume.
- **A volume for which there is no room**, by \`max_over_subscription_ratio\` and all that the pool promises, is refused. In Cinder
  the scheduler does that.
- **Going back to a snapshot** keeps the size of a volume that has grown.
- **A volume for several hosts** is made without the lock that only one can have.`,
    ),
  );
