import type { z } from 'zod';
import type { ConnectionInfo } from '../drivers/contract.ts';
import { ConnectorFailure } from './contract.ts';

/** What a connector reads of the info; says what is wrong with it, and none of its values. */
export const parseInfo = <Schema extends z.ZodType>(schema: Schema, { data }: ConnectionInfo): z.output<Schema> => {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `"${issue.path.join('.')}" `;
  throw new ConnectorFailure(
    `the connection info cannot be used: ${where}${issue?.message ?? 'is not understood'}`,
    'connect the volume again',
  );
};
