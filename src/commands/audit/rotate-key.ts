import { rotationText, signNote, verifierKey } from '../../audit/note.ts';
import { AUDIT_STREAM } from '../../domain/audit/audit.ts';
import { decideRotateAuditKey, RotateAuditKey, type Rotation } from '../../domain/audit/rotate-key.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { operation } from '../operation.ts';
import { signerOf } from './identity.ts';

export const rotateAuditKey = operation({
  command: RotateAuditKey,
  kind: 'audit',
  stream: () => AUDIT_STREAM,
  async facts({ key_file }, { state: { identity }, services }): Promise<Rotation> {
    if (identity === null) throw notSealed();
    const { origin } = identity;
    const next = await services.audit.keyIn(key_file);
    const key = verifierKey(origin, next);
    if (key === identity.key) return { key, statement: '' };
    const signer = signerOf(identity, await services.audit.key());
    return { key, statement: signNote(rotationText(origin, key), [signer, { name: origin, key: next }]) };
  },
  decide: decideRotateAuditKey,
});

const notSealed = (): ScoriaError =>
  new ScoriaError(
    rejections.NotSealed('this log was never sealed, so no key is in use', 'configure the key file, and seal with it'),
  );
