import type { KeyObject } from 'node:crypto';
import { canonicalJson } from '../audit/canonical.ts';
import type { Json } from '../domain/json.ts';
import type { Sealed } from '../domain/sealed.ts';
import { decrypt, encrypt } from './encryption.ts';
import type { DataKey } from './key-store.ts';

/** Where a credential stands: what it is bound to. */
export interface SealedPlace {
  readonly stream: string;
  /** The id of the command that brought it. */
  readonly command: string;
  /** A JSON pointer into the event's data. */
  readonly path: string;
}

/** So that the length of a ciphertext tells little of the credential's. */
const PADDED_BYTES = 64;

const boundTo = ({ stream, command, path }: SealedPlace, key: string): string =>
  `scoria/sealed/v1\n${canonicalJson({ command, key, path, stream })}`;

/** JSON may end with any number of spaces. */
const padded = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  const room = Buffer.alloc(Math.ceil(bytes.length / PADDED_BYTES) * PADDED_BYTES, ' ');
  bytes.copy(room);
  return room;
};

export const seal = (place: SealedPlace, { id, key }: DataKey, value: Json): Sealed => {
  const { iv, tag, ciphertext } = encrypt(key, boundTo(place, id), padded(canonicalJson(value)));
  return {
    sealed: {
      v: 1,
      key: id,
      command: place.command,
      path: place.path,
      iv: iv.toString('base64'),
      tag: tag.toString('base64'),
      ciphertext: ciphertext.toString('base64'),
    },
  };
};

/** `undefined` when the key is another's, or what is sealed was changed or belongs elsewhere. */
export const unseal = (stream: string, { sealed }: Sealed, key: KeyObject): Json | undefined => {
  const place = { stream, command: sealed.command, path: sealed.path };
  const bytes = (text: string) => Buffer.from(text, 'base64');
  const encrypted = { iv: bytes(sealed.iv), tag: bytes(sealed.tag), ciphertext: bytes(sealed.ciphertext) };
  const plaintext = decrypt(key, boundTo(place, sealed.key), encrypted);
  return plaintext === null ? undefined : (JSON.parse(plaintext.toString()) as Json);
};
