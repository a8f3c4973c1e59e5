import { rejections, ScoriaError } from '../domain/errors.ts';

/** A projection that is to be taken somewhere. */
export interface Going {
  readonly name: string;
  readonly version: number;
  readonly position: bigint;
  /** Where it is to be; `null` while the log has not said where it ends. */
  readonly target: bigint | null;
}

/** Nothing that was recorded is lost: the rows are behind, and whoever reads them would not see it. */
export const projectionBehind = ({ name, version, position, target }: Going, why: string, cause?: unknown) =>
  new ScoriaError(
    rejections.ProjectionBehind(
      `the projection "${name}" stands at position ${position}${target === null ? '' : ` of ${target}`}, and gets no further: ${why}`,
      'look at what holds it, then read again: what was recorded is safe; `scoria status` tells when it has caught up',
      { projection: name, version, position: String(position), head: target === null ? null : String(target) },
    ),
    cause === undefined ? undefined : { cause },
  );
