import type { RunCommand } from '../drivers/run-command.ts';
import type { Logger } from '../logging.ts';

/** What a host connector may use of the process it runs in. */
export interface HostEnvironment {
  readonly run: RunCommand;
  readonly log: Logger;
  /** Whether this process may make devices; by its user unless given. */
  readonly isRoot?: boolean;
  /** What runs programs as root, for os-brick, which starts its own. */
  readonly rootHelper?: string;
  /** The Python that has os-brick; Debian's unless given. */
  readonly osBrickPython?: string | undefined;
  /** Where a connector notes what a reboot undoes; `/run/scoria` unless given. */
  readonly stateDirectory?: string;
}
