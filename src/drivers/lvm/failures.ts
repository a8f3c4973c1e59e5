import { CommandError } from '../command-runner.ts';
import { DriverFailure } from '../contract.ts';

type Reason = readonly [said: RegExp, reason: (group: string) => string, remedy: (group: string) => string];

/** What the programs of LVM 2.03 and util-linux 2.38 say, and what it means. The first that fits counts. */
const REASONS: readonly Reason[] = [
  [
    /Cannot access VG .* with system ID/,
    (group) => `the volume group ${group} belongs to another host`,
    () => 'use it on the host whose system ID it has, or give it to this one: vgchange --systemid',
  ],
  [
    /requires lvmlockd/,
    (group) => `the volume group ${group} is shared by several hosts`,
    () => 'use a group of one host: what others change goes unseen here',
  ],
  [
    /Volume group .* is exported/,
    (group) => `the volume group ${group} is exported`,
    (group) => `bring it in with: vgimport ${group}`,
  ],
  [
    /while PVs are missing|Refusing activation of partial LV|Couldn't find device with uuid/,
    (group) => `physical volumes of the group ${group} are missing`,
    (group) => `attach the missing disks; pvs and vgs -o +vg_missing_pv_count ${group} show them`,
  ],
  [
    /read-only|[Rr]ead-only volume group|Permission denied|metadata_read_only|Operation prohibited/,
    (group) => `the volume group ${group} cannot be changed`,
    () => 'make the group and its disks writable, and run Scoria as root or with a root helper',
  ],
  [
    /Volume group .* not found/,
    (group) => `the volume group ${group} is not there`,
    (group) => `make it with: vgcreate ${group} DEVICE, check volume_group, and that its disks are attached`,
  ],
  [
    /insufficient free space|[Ii]nsufficient .*(space|extents)|No space left/,
    (group) => `the volume group ${group} has too little free space`,
    (group) => `delete volumes or snapshots, or add a disk: vgextend ${group} DEVICE`,
  ],
  [
    /[Ff]ree space in (thin )?pool|out of (data|metadata) space|reached threshold|pool .* needs (check|repair)/,
    (group) => `the thin pool of ${group} is full`,
    (group) => `extend the pool: lvextend ${group}/${group}-pool`,
  ],
  [
    /Pool .* not found/,
    (group) => `the thin pool of ${group} is gone`,
    () => 'see what removed it; without it the bytes of its volumes are lost',
  ],
  [
    /Failed to find logical volume|not found in volume group|cannot open .*: No such file|failed to open .*No such file/,
    () => 'it is not there',
    (group) => `lvs ${group} shows what is there`,
  ],
  [/already exists/, () => 'the name is taken', () => 'rename or remove what has that name'],
  [
    /in use|Device or resource busy|is used by/,
    () => 'it is in use on this host',
    () => 'detach or unmount it first, and see what has it open (lsof, dmsetup ls --tree)',
  ],
  [/Input\/output error/, () => 'a disk reported an input/output error', () => 'check the disks and the kernel log'],
];

/** `cannot create volume-1: the volume group data is not there`. */
export const lvmFailure = (group: string, action: string, error: CommandError): DriverFailure => {
  if (!error.started) {
    const remedy = error.cancelled ? 'give the command again' : 'install lvm2, and check the root helper';
    return new DriverFailure(`cannot ${action}: ${error.message}`, remedy, { cause: error });
  }
  if (error.timedOut) {
    const remedy = 'see what LVM waits for: another lvm program, a suspended device (dmsetup info) or a lost disk';
    return new DriverFailure(`cannot ${action}: ${error.message}`, remedy, { cause: error });
  }
  const found = REASONS.find(([said]) => said.test(error.stderr));
  const [, reason, remedy] = found ?? [null, () => error.message, () => 'see what the message and the kernel log say'];
  return new DriverFailure(`cannot ${action}: ${reason(group)}`, remedy(group), { cause: error });
};

export const said = (error: unknown, what: RegExp): boolean => error instanceof CommandError && what.test(error.stderr);
