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

/** What a complete file's name tells; `null` for what is being made, and for names that are not ours. */
export const namedBy = (name: string): { readonly kind: Kind; readonly id: string } | null => {
  const { kind, id } = /^(?<kind>volume|snapshot)-(?<id>.+)$/.exec(name)?.groups ?? {};
  return ResourceId.safeParse(id).success ? { kind: kind as Kind, id: id as string } : null;
};

/** Whether it is the name of a complete file. What is being made has another. */
export const isCompleteName = (name: string): boolean => namedBy(name) !== null;
