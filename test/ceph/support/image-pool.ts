import type { Cluster } from './cluster.ts';

export interface ImagePool {
  readonly pool: string;
  /** Makes an image, and answers its name: `POOL/IMAGE`. */
  readonly newImage: (size: string, ...more: readonly string[]) => Promise<string>;
}

/** A new pool, whose images the user `cinder` may attach. */
export const newImagePool = async (cluster: Cluster): Promise<ImagePool> => {
  const pool = await cluster.newPool();
  await cluster.newUser('cinder', { mon: 'profile rbd', osd: `profile rbd pool=${pool}` });
  let images = 0;
  return {
    pool,
    newImage: async (size, ...more) => {
      images += 1;
      const name = `${pool}/volume-${images}`;
      await cluster.said('rbd', 'create', '--size', size, ...more, name);
      return name;
    },
  };
};
