import type { KeyObject } from 'node:crypto';
import { isKeyOf, type Signer, verifierKey } from '../../audit/note.ts';
import type { AuditIdentity } from '../../domain/audit/audit.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { newId } from '../../new-id.ts';

/** A name that no other log signs under. */
export const newIdentity = (key: KeyObject): AuditIdentity => {
  const instance_id = newId();
  const origin = `scoria/log/${instance_id}`;
  return { instance_id, origin, key: verifierKey(origin, key) };
};

/** The log signs with its own key, or not at all. */
export const signerOf = ({ origin, key: vkey }: AuditIdentity, key: KeyObject): Signer => {
  if (isKeyOf(vkey, key)) return { name: origin, key };
  throw new ScoriaError(
    rejections.InvalidAuditKey(
      'the key file holds another key than the one that signs this log',
      'configure the key file that this log was sealed with, or the one that its key was rotated to',
      { key: vkey },
    ),
  );
};
