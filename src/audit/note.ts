import { createPrivateKey, createPublicKey, hash, type KeyObject, sign } from 'node:crypto';

/** C2SP signed-note: Ed25519 has this type. */
const ED25519 = 1;
const KEY_ID_BYTES = 4;
/** What stands before the 32 bytes of a seed in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A key's id (C2SP signed-note): the first bytes of SHA-256 over name, line feed, type and public key. */
const keyIdOf = (name: string, publicKey: Uint8Array): Buffer =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), publicKey]), 'buffer').subarray(
    0,
    KEY_ID_BYTES,
  );

const rawPublicKey = (key: KeyObject): Buffer =>
  Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');

/** The private key of a seed of 32 bytes. */
export const keyOfSeed = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });

/** A key under a name, as a line that others can trust: `name+id+base64(type, public key)`. */
export const verifierKey = (name: string, key: KeyObject): string => {
  const raw = rawPublicKey(key);
  const encoded = Buffer.concat([Buffer.of(ED25519), raw]).toString('base64');
  return `${name}+${keyIdOf(name, raw).toString('hex')}+${encoded}`;
};

/** Whether a verifier key is of this private key, under whatever name. */
export const isKeyOf = (vkey: string, key: KeyObject): boolean =>
  vkey.endsWith(`+${Buffer.concat([Buffer.of(ED25519), rawPublicKey(key)]).toString('base64')}`);

/** A key that signs under a name. */
export interface Signer {
  readonly name: string;
  readonly key: KeyObject;
}

/** A signed note (C2SP signed-note) of a text that ends with a line feed. */
export const signNote = (text: string, signers: readonly Signer[]): string => {
  const lines = signers.map(({ name, key }) => {
    const signature = Buffer.concat([keyIdOf(name, rawPublicKey(key)), sign(null, Buffer.from(text), key)]);
    return `\u2014 ${name} ${signature.toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
};

/** What a checkpoint says (C2SP tlog-checkpoint). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  /** Hex. */
  readonly root: string;
}

export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${Buffer.from(root, 'hex').toString('base64')}\n`;

const CHECKPOINT =
  /^(?<origin>[^\n]+)\n(?<size>0|[1-9]\d{0,15})\n(?<root>[A-Za-z0-9+/]{43}=)\n\n(?:\u2014 [^\n]+\n)+$/u;

/** What a note says, unverified: `null` for what is no checkpoint. */
export const checkpointIn = (note: string): Checkpoint | null => {
  const { origin, size, root } = CHECKPOINT.exec(note)?.groups ?? {};
  if (origin === undefined || size === undefined || root === undefined) return null;
  return { origin, size: Number(size), root: Buffer.from(root, 'base64').toString('hex') };
};

/** What a key's successor is signed with: by the old key, and by the new one, which shows that it is there. */
export const rotationText = (origin: string, vkey: string): string =>
  `scoria/audit/key-rotation/v1\n${origin}\n${vkey}\n`;

/** What is signed when a log goes on under a new origin without what an abandoned checkpoint covers. */
export const acceptanceText = (origin: string, vkey: string, { origin: from, size, root }: Checkpoint): string =>
  `scoria/audit/rollback-accepted/v1\n${origin}\n${vkey}\n${from}\n${size}\n${Buffer.from(root, 'hex').toString('base64')}\n`;
