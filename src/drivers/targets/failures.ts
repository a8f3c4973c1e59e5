import { DriverFailure } from '../contract.ts';
import { StepError } from '../root-files.ts';

/** What the kernel's refusal means to whoever runs the host. Others are told as they are. */
const MEANINGS: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
  EADDRINUSE: ['the port of the target is taken', 'end what listens there, or choose another target_port'],
  EADDRNOTAVAIL: [
    'the address of the target is not one of this host',
    'give target_ip_address and target_secondary_ip_addresses addresses that this host has',
  ],
  EBUSY: ['the device of the volume is in use by something else', 'end what holds the device: a mount, another target'],
  EACCES: ['only root may do this', 'run as root, or set root_helper'],
  EPERM: ['only root may do this', 'run as root, or set root_helper'],
};

/** To be thrown only once nothing is left of what failed. */
export const targetFailure = (what: string, error: unknown): DriverFailure => {
  if (!(error instanceof StepError)) throw error;
  const [problem, remedy] = MEANINGS[error.code] ?? [
    `the system says ${error.code} about ${error.path}`,
    'see the log of the kernel or of the target for why',
  ];
  return new DriverFailure(`${what}: ${problem}`, remedy, { cause: error });
};
