/**
 * How a host makes a device of an image of Ceph: by the kernel's own client, by rbd-nbd under the kernel's network block
 * device, or with neither. The fastest is first.
 */
export const RBD_MAPPERS = ['krbd', 'rbd-nbd', 'user-space'] as const;
export type RbdMapper = (typeof RBD_MAPPERS)[number];
