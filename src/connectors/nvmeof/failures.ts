import { CommandError } from '../../drivers/command-runner.ts';
import { ConnectorFailure } from '../contract.ts';

interface Reason {
  readonly said: RegExp;
  readonly what: string;
  readonly remedy: string;
}

/** nvme-cli ends with 1 whatever it is, so that only its words tell. */
const REASONS: readonly Reason[] = [
  {
    said: /connection refused/i,
    what: 'the portal refuses connections',
    remedy: 'check that the volume is exported there',
  },
  {
    said: /timed out|no route to host|unreachable/i,
    what: 'the portal does not answer',
    remedy: 'check the network to the portal',
  },
  {
    said: /input\/output error|invalid .*parameter|access denied/i,
    what: 'there is no such subsystem for this host',
    remedy: 'connect the volume again from this host, or check /etc/nvme/hostnqn',
  },
  {
    said: /no such file|no such device|nvme-fabrics/i,
    what: 'the kernel lacks NVMe over TCP',
    remedy: 'load the module nvme_tcp',
  },
];

export const isConnectedAlready = (error: unknown): boolean =>
  error instanceof CommandError && /already connected|operation already in progress/i.test(error.stderr);

/** The failure of an nvme that ended by itself; what did not end says nothing. */
export const nvmeFailure = (action: string, error: unknown): unknown => {
  if (!(error instanceof CommandError) || error.timedOut || error.cancelled) return error;
  if (!error.started) return new ConnectorFailure(`cannot ${action}: ${error.message}`, 'install nvme-cli');
  const reason = REASONS.find(({ said }) => said.test(error.stderr));
  const { what, remedy } = reason ?? { what: error.message, remedy: "see the kernel's log" };
  return new ConnectorFailure(`cannot ${action}: ${what}`, remedy, { cause: error });
};
