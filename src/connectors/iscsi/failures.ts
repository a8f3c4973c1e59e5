import { CommandError } from '../../drivers/command-runner.ts';
import { ConnectorFailure } from '../contract.ts';

interface Reason {
  readonly what: string;
  readonly remedy: string;
}

const NO_DAEMON: Reason = { what: 'iscsid is not running', remedy: 'start iscsid (systemctl start iscsid)' };
const REFUSED: Reason = {
  what: 'the target refuses this host: wrong CHAP credentials, or its name is not let in',
  remedy: 'connect the volume again from this host, or check InitiatorName in /etc/iscsi/initiatorname.iscsi',
};
const SILENT: Reason = {
  what: 'the portal does not answer in time, or has no such target',
  remedy: 'check that the volume is exported, and the network to the portal',
};

/** By iscsiadm's exit codes (open-iscsi's include/iscsi_err.h). */
const REASONS: Readonly<Record<number, Reason>> = {
  4: SILENT,
  5: REFUSED,
  6: { what: "iscsiadm's database cannot be used", remedy: 'check /etc/iscsi/nodes and the disk it is on' },
  8: SILENT,
  11: SILENT,
  12: { what: 'the kernel lacks iSCSI over TCP', remedy: 'load the module iscsi_tcp' },
  13: { what: 'iscsiadm must run as root', remedy: 'set a root helper that may run iscsiadm' },
  18: NO_DAEMON,
  19: REFUSED,
  20: NO_DAEMON,
  24: REFUSED,
};

/** The failure of an iscsiadm that ended by itself; what did not end says nothing. */
export const iscsiFailure = (action: string, error: unknown): unknown => {
  if (!(error instanceof CommandError) || error.timedOut || error.cancelled) return error;
  if (!error.started) return new ConnectorFailure(`cannot ${action}: ${error.message}`, 'install open-iscsi');
  const reason = REASONS[error.exitCode ?? -1] ?? { what: error.message, remedy: "see iscsid's log" };
  return new ConnectorFailure(`cannot ${action}: ${reason.what}`, reason.remedy, { cause: error });
};
