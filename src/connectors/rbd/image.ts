import { z } from 'zod';
import type { RunCommand } from '../../drivers/run-command.ts';
import { rbdFailure } from './failures.ts';
import type { Place } from './place.ts';
import type { RbdRoute } from './route.ts';

const ANSWERS_WITHIN_MS = 45_000;

/** What the cluster says of an image. */
export interface Image {
  /** Of no other image of the cluster, nor of one of this name before. */
  readonly id: string;
  readonly sizeBytes: bigint;
  /** Whether one host at a time writes to it. */
  readonly isExclusive: boolean;
}

const RbdInfo = z.object({ id: z.string(), size: z.coerce.bigint(), features: z.array(z.string()) });

export const lookAtImage = async (route: RbdRoute, place: Place, run: RunCommand): Promise<Image> => {
  try {
    const options = { root: true, timeoutMs: ANSWERS_WITHIN_MS } as const;
    const { stdout } = await run('rbd', ['info', '--format', 'json', ...selecting(route, place)], options);
    const { id, size, features } = RbdInfo.parse(JSON.parse(stdout));
    return { id, sizeBytes: size, isExclusive: features.includes('exclusive-lock') };
  } catch (error) {
    throw rbdFailure(`open ${nameOf(route)}`, error);
  }
};

/** What tells Ceph's programs of which image they are to speak, and as whom. */
export const selecting = ({ pool, namespace, image, user }: RbdRoute, place: Place): readonly string[] => [
  ...['--pool', pool],
  ...(namespace === '' ? [] : ['--namespace', namespace]),
  ...['--image', image],
  ...['--conf', place.configuration],
  ...(user === null ? [] : ['--id', user]),
];

export const nameOf = ({ pool, namespace, image }: Pick<RbdRoute, 'pool' | 'namespace' | 'image'>): string =>
  [pool, namespace, image].filter((word) => word !== '').join('/');
