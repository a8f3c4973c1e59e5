import { z } from 'zod';
import { rejections } from '../errors.ts';
import { Text } from '../json.ts';
import type { Backend } from './backend.ts';

/** What an executor calls its host: the name of the machine, unless it is configured otherwise. */
export const HostName = Text.regex(/^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,254}$/, {
  error: 'must start with a letter or digit and hold only letters, digits, "_", ".", ":", "@" and "-" (255 at most)',
});

/** The hosts that may execute for a backend; none is any. */
export const HostNamesSchema = z
  .array(HostName)
  .max(1_000)
  .refine((hosts) => new Set(hosts).size === hosts.length, { error: 'must name each host once' })
  .readonly();
export type HostNames = z.infer<typeof HostNamesSchema>;

/** In any order. */
export const sameHosts = (some: HostNames = [], others: HostNames = []): boolean =>
  some.length === others.length && some.every((host) => others.includes(host));

export const mayExecute = (host: string, hosts: HostNames = []): boolean => hosts.length === 0 || hosts.includes(host);

export const notOnThisHost = ({ name, hosts = [] }: Pick<Backend, 'name' | 'hosts'>, host: string) =>
  rejections.NotOnThisHost(
    `backend "${name}" is not asked from host ${host}: ${whoMay(hosts)}`,
    'give the command on one of these hosts',
    { backend: name, host, hosts },
  );

export const notTakenUp = (operation: string, hosts: HostNames) =>
  rejections.NotTakenUp(
    `no host took up ${operation} in time: ${whoMay(hosts)}`,
    'see that `scoria serve` runs on one of these hosts, and give the command again',
  );

const whoMay = (hosts: HostNames): string => `${hosts.join(', ')} may execute for it`;
