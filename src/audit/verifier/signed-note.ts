import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { Problem } from './problem.ts';

const ED25519 = 1;
const ID_BYTES = 4;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const MOST_CHARS = 64 * 1024;
const DASH = '\u2014 ';

/** A key that is known: `name+id+base64(type, public key)` (C2SP signed-note). */
export interface KnownKey {
  readonly name: string;
  readonly text: string;
  readonly id: string;
  /** Hex. */
  readonly publicKey: string;
  readonly key: KeyObject;
}

/** Base64 that decodes and encodes to itself. */
export const strictBase64 = (text: string): Buffer | null => {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
};

export const parseKey = (text: string): KnownKey => {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text) ?? [];
  const bytes = encoded === undefined ? null : strictBase64(encoded);
  if (name === undefined || id === undefined || bytes === null) throw new Problem('is no verifier key: NAME+ID+BASE64');
  if (bytes.length !== 1 + PUBLIC_KEY_BYTES || bytes[0] !== ED25519) throw new Problem('is no Ed25519 key');
  if (keyId(name, bytes) !== id) throw new Problem(`does not have the id ${id}: it was changed`);
  const raw = bytes.subarray(1);
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') } });
  return { name, text, id, publicKey: raw.toString('hex'), key };
};

const keyId = (name: string, typeAndKey: Buffer): string =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typeAndKey])).slice(0, 2 * ID_BYTES);

interface Signature {
  readonly name: string;
  readonly id: string;
  readonly signature: Buffer;
}

/** A note and who signed it, unverified. */
export interface Note {
  /** With its last line feed. */
  readonly text: string;
  readonly signatures: readonly Signature[];
}

export const parseNote = (note: string): Note => {
  const end = note.lastIndexOf('\n\n');
  if (note.length > MOST_CHARS || end < 1 || !note.endsWith('\n') || hasControls(note)) {
    throw new Problem('is no signed note: a text, an empty line, and signatures');
  }
  const lines = note.slice(end + 2, -1).split('\n');
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignature) };
};

const hasControls = (note: string): boolean => {
  for (let index = 0; index < note.length; index += 1) {
    const code = note.charCodeAt(index);
    if (code < 0x20 && code !== 0x0a) return true;
  }
  return !note.isWellFormed();
};

const parseSignature = (line: string): Signature => {
  const [name, encoded, ...more] = line.startsWith(DASH) ? line.slice(DASH.length).split(' ') : [];
  const bytes = encoded === undefined || more.length > 0 ? null : strictBase64(encoded);
  if (!name || /[\s+]/u.test(name) || bytes === null || bytes.length <= ID_BYTES) {
    throw new Problem('has a line among its signatures that is none');
  }
  return { name, id: bytes.toString('hex', 0, ID_BYTES), signature: bytes.subarray(ID_BYTES) };
};

/** Whether the key signed the note. A signature that bears the key's name and id, and is not its own, is a problem. */
export const isSignedBy = ({ text, signatures }: Note, { name, id, key }: KnownKey): boolean => {
  const own = signatures.filter((one) => one.name === name && one.id === id);
  for (const { signature } of own) {
    const holds = signature.length === SIGNATURE_BYTES && verify(null, Buffer.from(text), key, signature);
    if (!holds) throw new Problem(`bears a signature of ${name} that is not its own`);
  }
  return own.length > 0;
};

/** C2SP tlog-checkpoint. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

export const parseCheckpoint = ({ text }: Note): Checkpoint => {
  const [origin, size, root, last, ...more] = text.split('\n');
  const bytes = root === undefined ? null : strictBase64(root);
  const isWhole = last === '' && more.length === 0 && bytes?.length === 32;
  if (!origin || size === undefined || !/^(0|[1-9]\d{0,15})$/.test(size) || bytes === null || !isWhole) {
    throw new Problem('is no checkpoint: three lines of origin, size and root');
  }
  return { origin, size: Number(size), root: bytes };
};
