import type { z } from 'zod';
import type { RecordedEvent } from '../domain/event.ts';
import type { Origin } from '../domain/origin.ts';
import type { Failure } from '../domain/volume/volume.ts';

/** What a person reads of an event. Never what may be a secret: connection info, a provider's answers, values. */
export type Words = (data: RecordedEvent['data']) => string;

/** The words for one type of event. */
export type Saying = readonly [type: string, words: Words];

export const saying = <Data>(
  { type }: { readonly type: string; readonly schema: z.ZodType<Data> },
  words: string | ((data: Data) => string),
): Saying => [type, typeof words === 'string' ? () => words : (data) => words(data as Data)];

export const because = ({ message, remedy }: Failure): string => `${message} (${remedy})`;

export const named = (name: string | null | undefined): string => (name ? ` "${name}"` : '');

export const ignoring = (errors: readonly string[]): string =>
  errors.length === 0 ? '' : `, past these errors: ${errors.join('; ')}`;

export const byForce = (force: boolean): string => (force ? ' by force' : '');

/** Whence an import came, with the place in a record of another program. */
export const sourceOf = ({ source, origin }: { readonly source: string; readonly origin?: Origin }): string =>
  origin === undefined ? source : `${source}, ${origin.place}`;
