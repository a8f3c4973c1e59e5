import { networkInterfaces } from 'node:os';

/** The first address of this host that others can reach; a host without a network has its loopback. */
export const ownAddress = (): string => {
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal);
  return (outside.find(({ family }) => family === 'IPv4') ?? outside[0])?.address ?? '127.0.0.1';
};
