import { acceptanceText, signNote } from '../../audit/note.ts';
import { type Acceptance, AcceptRollback, decideAcceptRollback } from '../../domain/audit/accept-rollback.ts';
import { AUDIT_STREAM } from '../../domain/audit/audit.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { operation } from '../operation.ts';
import { newIdentity, signerOf } from './identity.ts';

export const acceptRollback = operation({
  command: AcceptRollback,
  kind: 'audit',
  stream: () => AUDIT_STREAM,
  async facts(_input, { state, services: { audit } }): Promise<Acceptance> {
    const unheld = await audit.unheldNote(() => Promise.resolve(state));
    if (unheld === null) throw nothingToAccept();
    const key = await audit.key();
    const before = state.identity ?? newIdentity(key);
    const signer = signerOf(before, key);
    const after = newIdentity(key);
    const { note, checkpoint } = unheld;
    const statement = signNote(acceptanceText(before.origin, after.key, checkpoint), [signer]);
    return { before, after, abandoned: note, abandoned_origin: checkpoint.origin, statement };
  },
  decide: decideAcceptRollback,
});

const nothingToAccept = (): ScoriaError =>
  new ScoriaError(
    rejections.NothingToAccept(
      'the log holds every checkpoint that is kept in the notes directory',
      'there is nothing to accept; audit_notes_directory says where notes are kept',
    ),
  );
