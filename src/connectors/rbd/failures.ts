import { CommandError } from '../../drivers/command-runner.ts';
import { ConnectorFailure } from '../contract.ts';

interface Reason {
  readonly said: RegExp;
  readonly what: string;
  readonly remedy: string;
}

/** In the words of `rbd` and of QEMU, whose exit codes say less. */
const REASONS: readonly Reason[] = [
  {
    said: /unable to find a keyring|no keyring found|failed to load keyring/i,
    what: 'this host has no keyring of that user',
    remedy: "put the user's keyring into /etc/ceph, or name it by rbd_keyring_conf",
  },
  {
    said: /error opening pool|cannot open pool|error opening default pool|error connecting to the pool/i,
    what: 'there is no such pool',
    remedy: 'connect the volume again',
  },
  {
    said: /permission denied|operation not permitted|auth.*failed/i,
    what: "the user's key or capabilities do not allow it",
    remedy: "check the user's keyring on this host, and its capabilities by ceph auth get",
  },
  {
    said: /timed out|couldn't connect to the cluster|error connecting/i,
    what: 'the cluster does not answer',
    remedy: 'check the way to its monitors, and the cluster by ceph health',
  },
  {
    said: /map failed: \(6\)/,
    what: "this kernel lacks a feature that the image has, or doesn't know its pool",
    remedy: 'attach it by rbd_mapper=rbd-nbd, or take away what the kernel lacks by rbd feature disable',
  },
  {
    said: /no such file or directory/i,
    what: 'there is no such image',
    remedy: 'connect the volume again, or check it by rbd info',
  },
  {
    said: /unknown driver|Unknown protocol|does not accept value 'rbd'|cannot load/i,
    what: 'this QEMU has no driver of RBD',
    remedy: 'install qemu-block-extra',
  },
  {
    said: /fuse|mountpoint/i,
    what: 'this host cannot mount FUSE',
    remedy: 'load the module fuse, and check /dev/fuse',
  },
];

const PACKAGES: Readonly<Record<string, string>> = {
  rbd: 'install ceph-common',
  'qemu-storage-daemon': 'install qemu-system-common and qemu-block-extra',
};

/** What a program's end means where it left nothing, ended by itself or not; what was called off says nothing. */
export const rbdFailure = (action: string, error: unknown): unknown => {
  if (!(error instanceof CommandError) || error.cancelled) return error;
  if (!error.started) {
    const remedy = PACKAGES[error.program] ?? `install ${error.program}`;
    return new ConnectorFailure(`cannot ${action}: ${error.message}`, remedy);
  }
  const told = error.timedOut ? 'timed out' : error.stderr;
  const reason = REASONS.find(({ said }) => said.test(told));
  const { what, remedy } = reason ?? { what: error.message, remedy: 'check the image by rbd info' };
  return new ConnectorFailure(`cannot ${action}: ${what}`, remedy, { cause: error });
};
