import { ResourceId } from '../../domain/volume/volume.ts';
import { DriverFailure } from '../contract.ts';

export type Kind = 'volume' | 'snapshot';

/** Cinder's name of a volume's or a snapshot's file. An id that could leave the directory is refused. */
export const fileName = (kind: Kind, id: string): string => {
  if (ResourceId.safeParse(id).success) return `${kind}-${id}`;
  throw new DriverFailure(
    `${JSON.stringify(id)} cannot be part of a file name`,
    'use letters, digits, "_", "." and "-"',
  );
};

/** Whether it is the name of a complete file. What is being made has another. */
export const isCompleteName = (name: string): boolean =>
  ResourceId.safeParse(/^(?:volume|snapshot)-(?<id>.+)$/.exec(name)?.groups?.id).success;
