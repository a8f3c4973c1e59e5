import { Problem } from '../../audit/verifier/problem.ts';
import { checkProof, type Proven } from '../../audit/verifier/proof.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';

export type { Proven };

/** Checks a proof without any log. Throws `InvalidProof`. */
export const checkedProof = (name: string, proof: string, keys: readonly string[]): Proven => {
  try {
    return checkProof(proof, keys);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new ScoriaError(
      rejections.InvalidProof(
        `the proof ${name} ${error.message}`,
        'give the proof as `scoria audit prove` wrote it, and the key that signed its checkpoint',
        { file: name },
      ),
    );
  }
};
