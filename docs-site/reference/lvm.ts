import definition from '../../src/drivers/lvm/driver.ts';
import { cinderOptions } from './cinder-driver.ts';
import { DIFFERENT, REFUSED, ROOT_COMMANDS } from './lvm-words.ts';
import { code, type Page, page, paragraphs, table } from './markdown.ts';

const names = [
  ['a volume', '`volume-ID`'],
  ['a snapshot', '`_snapshot-ID`'],
  ['the thin pool', '`GROUP-pool`'],
  ['a copy that is not complete, which is no volume yet', '`copying-ID`'],
  ['the snapshot that a thick clone is copied from', '`clone-snap-ID`'],
];

/** `docs/reference/lvm.md`: Cinder's options for LVM, one by one, and what is on the disk. */
export const lvmPage = (): Page =>
  page(
    'docs/reference/lvm.md',
    'the schema of the driver lvm and docs-site/reference/lvm-words.ts',
    '# LVM and Cinder',
    ...cinderOptions({
      definition,
      cinders: 'cinder.volume.drivers.lvm.LVMVolumeDriver',
      different: DIFFERENT,
      refused: REFUSED,
    }),
    '## Names',
    'The names of volumes and snapshots are those that Cinder gives, so that either can go on with what the other made.',
    table(['what', 'name in the volume group'], names),
    '## What is different',
    paragraphs(
      `- **Thick snapshots** are as large as they can grow. Cinder gives them the size of the volume, which is
  too small by LVM's own data: such a snapshot is lost once the whole volume was overwritten. Their pieces are 64 KiB, and not
  LVM's 4 KiB: reading one, as a volume from a snapshot does, is about twice as fast.
- **Thick snapshots are cleared** when they are deleted, by LVM's own way of splitting them off first, and as far as they were used.
- **Thin volumes can be reverted.** Cinder copies them.
- **A thick volume with snapshots grows only while nobody has it open**: LVM allows no more. In Cinder the attempt fails.
- **A full thin pool** takes no new volumes, snapshots and copies. LVM would make them, and no byte could be written. From
  90 % on, of data or metadata, a warning is logged.
- **\`volume_clear\` goes by the volume**, not by \`lvm_type\`: a thick volume in a group that is thin now is cleared too.`,
    ),
    '## Commands',
    'Everything that the driver runs, by `root_helper` where Scoria does not run as root. Targets and connectors run more.',
    table(
      ['command', 'for'],
      ROOT_COMMANDS.map(([command, what]) => [code(command), what]),
    ),
  );
