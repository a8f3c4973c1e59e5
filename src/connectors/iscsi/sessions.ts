import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { RootFiles } from '../../drivers/root-files.ts';
import type { RunCommand } from '../../drivers/run-command.ts';
import { ConnectorFailure } from '../contract.ts';
import { attribute, entries } from '../sysfs.ts';
import { until } from '../until.ts';
import { iscsiFailure } from './failures.ts';
import { placesOf, settingsFor, withSettings } from './node-record.ts';
import { type Chap, type Leg, portalOf } from './route.ts';

const CLASS = '/sys/class/iscsi_session';
const LOGIN_WITHIN_MS = 60_000;
const LOGOUT_WITHIN_MS = 45_000;
const KNOWN_WITHIN_MS = 5_000;
const ALREADY_LOGGED_IN = 15;
const NONE = 21;

/** A session of this host with a target, through one portal. */
export interface Session {
  readonly iqn: string;
  readonly address: string;
  readonly port: number;
  /** Whether the target answers, as far as the kernel knows. */
  readonly isUp: boolean;
  /** Its directory among the devices. */
  readonly path: string;
}

/** The session through this portal, of the interface that is used here; those of others are left alone. */
export const sessionOf = async ({ address, port, iqn }: Leg): Promise<Session | null> => {
  const sessions = await Promise.all((await entries(CLASS)).map(read));
  const isIt = (session: Session) => session.iqn === iqn && session.address === address && session.port === port;
  return sessions.find((session) => session !== null && isIt(session)) ?? null;
};

const read = async (name: string): Promise<Session | null> => {
  const [iqn, ifacename, state, path] = await Promise.all([
    attribute(join(CLASS, name, 'targetname')),
    attribute(join(CLASS, name, 'ifacename')),
    attribute(join(CLASS, name, 'state')),
    realpath(join(CLASS, name, 'device')).catch(() => null),
  ]);
  if (iqn === null || path === null || ifacename !== 'default') return null;
  const connection = (await entries(path)).find((entry) => entry.startsWith('connection'));
  const its = (what: string) => attribute(join(path, `${connection}`, 'iscsi_connection', `${connection}`, what));
  const [address, port] = await Promise.all([its('persistent_address'), its('persistent_port')]);
  return address === null ? null : { iqn, address, port: Number(port), isUp: state === 'LOGGED_IN', path };
};

/** The file by which the kernel looks for LUNs of a session. */
export const scanFileOf = ({ path }: Session): string => {
  const host = dirname(path);
  return join(host, 'scsi_host', basename(host), 'scan');
};

/** Logs in and out without discovery: whoever connected the host said where the target is. */
export class Sessions {
  readonly #run: RunCommand;
  readonly #files: RootFiles;

  constructor(run: RunCommand, files: RootFiles) {
    this.#run = run;
    this.#files = files;
  }

  async login(leg: Leg, chap: Chap | null): Promise<Session> {
    const standing = await sessionOf(leg);
    if (standing !== null && !standing.isUp) {
      const message = `the session with ${leg.iqn} at ${portalOf(leg)} is down`;
      throw new ConnectorFailure(message, 'mend the way to the portal; iscsid goes on trying');
    }
    return standing ?? this.#newSession(leg, chap);
  }

  /** Ends the session, if there is one, and forgets the target. */
  async logout(leg: Leg): Promise<void> {
    const action = `log out of ${leg.iqn} at ${portalOf(leg)}`;
    if ((await sessionOf(leg)) !== null) await this.#iscsiadm(leg, ['-u'], action, [0, NONE], LOGOUT_WITHIN_MS);
    if ((await this.#record(leg)) !== null) await this.#forget(leg);
  }

  async #newSession(leg: Leg, chap: Chap | null): Promise<Session> {
    const action = `log in to ${leg.iqn} at ${portalOf(leg)}`;
    try {
      await this.#writeRecord(leg, chap);
      await this.#iscsiadm(leg, ['-l'], action, [0, ALREADY_LOGGED_IN], LOGIN_WITHIN_MS);
    } catch (error) {
      if (error instanceof ConnectorFailure) await this.#forget(leg);
      throw error;
    }
    const session = await until(KNOWN_WITHIN_MS, () => sessionOf(leg));
    if (session !== null) return session;
    throw new Error(`cannot ${action}: the kernel shows no session after the login`);
  }

  /** The password goes straight into the file that iscsiadm reads: it would stand in the process list as an argument. */
  async #writeRecord(leg: Leg, chap: Chap | null): Promise<void> {
    const { path, text } = (await this.#record(leg)) ?? (await this.#newRecord(leg));
    const credentials = chap === null ? null : { username: chap.username, password: chap.password.reveal() };
    await this.#files([{ do: 'replace', path, text: withSettings(text, settingsFor(credentials)) }]);
  }

  async #newRecord(leg: Leg) {
    const action = `note ${leg.iqn} at ${portalOf(leg)}`;
    await this.#iscsiadm(leg, ['-o', 'new'], action, [0], LOGIN_WITHIN_MS);
    const record = await this.#record(leg);
    if (record !== null) return record;
    throw new ConnectorFailure(
      `cannot ${action}: iscsiadm's record of it is not found`,
      'use open-iscsi 2.0.873 or later',
    );
  }

  async #record(leg: Leg): Promise<{ readonly path: string; readonly text: string } | null> {
    for (const { directory, name } of placesOf(leg)) {
      const [names] = await this.#files([{ do: 'list', path: directory }]);
      const found = Array.isArray(names) ? names.find((entry) => entry === name || entry.startsWith(`${name},`)) : null;
      if (found === null || found === undefined) continue;
      // Discovery notes the portal group, and the interface in a file of its own.
      const path = found === name ? `${directory}/${name}` : `${directory}/${found}/default`;
      const [text] = await this.#files([{ do: 'read', path }]);
      if (typeof text === 'string') return { path, text };
    }
    return null;
  }

  async #forget(leg: Leg): Promise<void> {
    await this.#iscsiadm(leg, ['-o', 'delete'], `forget ${leg.iqn}`, [0, NONE], LOGIN_WITHIN_MS);
  }

  async #iscsiadm(
    leg: Leg,
    args: readonly string[],
    action: string,
    expectedExitCodes: readonly number[],
    timeoutMs: number,
  ): Promise<void> {
    const target = ['-m', 'node', '-T', leg.iqn, '-p', portalOf(leg)];
    await this.#run('iscsiadm', [...target, ...args], { root: true, expectedExitCodes, timeoutMs }).catch(
      (error: unknown) => {
        throw iscsiFailure(action, error);
      },
    );
  }
}
