import { CommandError } from '../command-runner.ts';
import { DriverFailure } from '../contract.ts';

/** What Ceph's programs answer besides success, by their exit codes, which are the kernel's error numbers. */
const ANSWERS = { 2: 'absent', 16: 'busy', 17: 'exists', 22: 'refused', 39: 'has snapshots' } as const;
export type Answer = (typeof ANSWERS)[keyof typeof ANSWERS];

const NOT_CONNECTED =
  /couldn't connect|error connecting|ObjectNotFound|unable to open config file|global_init|^timed out$|connection interrupted/m;
const NO_POOL = /error opening (default )?pool/;
const NO_NAMESPACE = /namespace '.*' does not exist/;
/** A deletion that a full pool refuses ends as if there were nothing to delete. */
const [FULL, QUOTA] = [/No space left on device/, /Disk quota exceeded/];
const TIMED_OUT = 110;
/** What `ceph` says, with exit code 1, where `rbd` ends with 110. */
const UNANSWERED = /^timed out$|connection interrupted/m;
/** Refused before anything was done. Of any other error, what it left is not known. */
const REFUSALS: readonly (number | null)[] = [1, 2, 13, 16, 17, 22, 28, 30, 39, 95, 122];

const said = (what: RegExp, error: CommandError): boolean => what.test(error.stderr);

/** An absent image, never an absent pool or user, which have the same exit code. */
export const answerOf = (error: CommandError): Answer | null => {
  if ([NOT_CONNECTED, NO_POOL, NO_NAMESPACE, FULL, QUOTA].some((what) => said(what, error))) return null;
  return ANSWERS[error.exitCode as keyof typeof ANSWERS] ?? null;
};

/** Whether the cluster did not answer, and may in a moment. */
export const mayConnectLater = (error: unknown): error is CommandError =>
  error instanceof CommandError &&
  (said(UNANSWERED, error) || (error.exitCode === TIMED_OUT && said(NOT_CONNECTED, error)));

export const didNothing = (error: CommandError): boolean =>
  !error.started || said(NOT_CONNECTED, error) || said(NO_POOL, error) || REFUSALS.includes(error.exitCode);

/** Of a backend: its pool, and how users are confined to it. */
export interface Place {
  readonly pool: string;
  /** `POOL`, or `POOL/NAMESPACE`. */
  readonly place: string;
  readonly profile: string;
}

type Reason = readonly [fits: (error: CommandError) => boolean, reason: string, remedy: (where: Place) => string];

const exitCode = (code: number) => (error: CommandError) => error.exitCode === code;
const saying = (what: RegExp) => (error: CommandError) => said(what, error);

/** What the programs of Ceph 16 to 19 say, and what it means. The first that fits counts. */
const REASONS: readonly Reason[] = [
  [
    saying(/unable to open config file/),
    'the configuration of Ceph is not there',
    () => 'check rbd_ceph_conf; without it /etc/ceph/ceph.conf is read',
  ],
  [
    saying(/unable to find a keyring|no keyring found/),
    'the keyring is not there',
    () => 'put the keyring of rbd_user where rbd_keyring_conf or ceph.conf says, readable for whoever runs Scoria',
  ],
  [
    mayConnectLater,
    'the cluster does not answer',
    () => 'see that its monitors run and can be reached from this host (ceph -s), and that mon_host names them',
  ],
  [
    saying(NOT_CONNECTED),
    'the cluster lets nobody in with this user and key',
    () => 'check rbd_user and its keyring against: ceph auth get client.USER',
  ],
  [
    saying(NO_POOL),
    'the pool is not there, or not for this user',
    ({ pool, profile }) =>
      `make it (ceph osd pool create ${pool}; rbd pool init ${pool}), or give the user: osd '${profile}'`,
  ],
  [saying(NO_NAMESPACE), 'the namespace is not there', ({ place }) => `make it: rbd namespace create ${place}`],
  [saying(FULL), 'the cluster is full', () => 'delete volumes, or add disks to the cluster'],
  [
    saying(QUOTA),
    "the pool's quota is used up",
    ({ pool }) => `raise it: ceph osd pool set-quota ${pool} max_bytes BYTES; a full pool lets nothing be deleted`,
  ],
  [
    saying(/Deferment time/),
    'its time in the trash is not over',
    ({ place }) => `rbd trash ls --long ${place} shows until when it is kept`,
  ],
  [
    (error) => [1, 13, 30].includes(error.exitCode ?? 0),
    'the user may not do that',
    ({ profile }) => `give it: ceph auth caps client.USER mon 'profile rbd' osd '${profile}' mgr '${profile}'`,
  ],
  [exitCode(2), 'it is not there', ({ place }) => `rbd ls --long ${place} shows what is`],
  [exitCode(16), 'it is in use', () => 'detach it first; rbd status shows who has it open'],
  [exitCode(17), 'the name is taken', () => 'rename or remove what has that name'],
  [exitCode(28), 'the cluster is full', () => 'delete volumes, or add disks to the cluster'],
  [exitCode(39), 'it has snapshots', () => 'delete its snapshots first; rbd snap ls --all shows them'],
  [
    exitCode(122),
    "the pool's quota is used up",
    ({ pool }) => `delete volumes, or raise it: ceph osd pool set-quota ${pool} max_bytes BYTES`,
  ],
  [
    exitCode(108),
    'the cluster shut this host out',
    () => 'see with ceph osd blocklist ls why, and take its address off that list',
  ],
];

/** `cannot create volume-1: the cluster is full`. */
export const rbdFailure = (where: Place, action: string, error: CommandError): DriverFailure => {
  const says = (reason: string, remedy: string) =>
    new DriverFailure(`cannot ${action}: ${reason}`, remedy, { cause: error });
  if (!error.started) {
    return says(error.message, error.cancelled ? 'give the command again' : 'install ceph-common on this host');
  }
  const found = REASONS.find(([fits]) => fits(error));
  if (found === undefined) return says(error.message, 'see what the message says, and ceph health detail');
  const [, reason, remedy] = found;
  return says(reason, remedy(where));
};
