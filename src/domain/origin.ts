import { z } from 'zod';
import { JsonObjectSchema, Text } from './json.ts';

/** Where an imported fact stood in another program's record, and what of it has no field of ours. */
export const OriginSchema = z.strictObject({
  format: z.literal('cinderlib'),
  place: Text.min(1),
  /** Credentials in it are sealed. */
  kept: JsonObjectSchema,
});
export type Origin = z.infer<typeof OriginSchema>;

/** Absent where the source was a dump of Scoria's own. */
export const originShape = { origin: OriginSchema.exactOptional() };

/** What an import says of itself besides the state that it brings. */
export interface Imported<State> {
  /** The SHA-256 of the source, and its name. */
  readonly source: string;
  readonly origin: Origin;
  readonly state: State;
}

/** The command that an import from cinderlib is in the record. */
export const IMPORT_CINDERLIB = 'ImportCinderlib';
