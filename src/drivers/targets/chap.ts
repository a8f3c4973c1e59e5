import { randomInt } from 'node:crypto';
import { DriverFailure, type Volume } from '../contract.ts';
import type { TargetOptions } from './contract.ts';

/** One-way CHAP: how an initiator shows a target who it is. */
export interface Chap {
  readonly user: string;
  readonly password: string;
}

/** Without letters and digits that look alike. */
const SYMBOLS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const USER_LENGTH = 20;
const PASSWORD_LENGTH = 16;

/** The volume's own, as Cinder's `provider_auth` says: `CHAP USER PASSWORD`. `null` where it has none. */
export const recordedChap = ({ provider_auth }: Volume): Chap | null => {
  const [method, user, password] = provider_auth?.split(' ') ?? [];
  return method === 'CHAP' && user && password ? { user, password } : null;
};

/** Every volume has one, as with Cinder: that of the options, or one that is made up, once. */
export const chapOf = (volume: Volume, { chap_username, chap_password }: TargetOptions): Chap =>
  recordedChap(volume) ?? {
    user: chap_username || madeUp(USER_LENGTH),
    password: chap_password?.reveal() || madeUp(PASSWORD_LENGTH),
  };

export const providerAuth = ({ user, password }: Chap): string => `CHAP ${user} ${password}`;

/** For those that must know it: without it nobody gets in. */
export const knownChap = (volume: Volume): Chap => {
  const chap = recordedChap(volume);
  if (chap !== null) return chap;
  throw new DriverFailure(
    `the CHAP credential of volume ${volume.id} is not known`,
    'export the volume again, which makes a new one',
  );
};

/** What neither breaks `provider_auth` apart nor has a meaning in a file of LIO or tgt. */
const PLAIN = /^[\w.:@/+=%!*-]+$/;

export const assertPlainChap = ({ chap_username, chap_password }: TargetOptions): void => {
  const options = [
    ['chap_username', chap_username],
    ['chap_password', chap_password?.reveal() ?? ''],
  ] as const;
  for (const [name, value] of options) {
    if (value === '' || (PLAIN.test(value) && value.length <= 255 && value !== 'NULL')) continue;
    throw new DriverFailure(
      `${name} has characters that iSCSI targets cannot take`,
      `give ${name} 255 letters, digits and ".:@/+=%!*_-" at most`,
    );
  }
};

const madeUp = (length: number): string =>
  Array.from({ length }, () => SYMBOLS.charAt(randomInt(SYMBOLS.length))).join('');
