import { randomUUID } from 'node:crypto';
import { v5 as uuid5 } from 'uuid';

/** Begins every id that a check makes, so that people and clean-ups know it again on an array. */
export const CHECK_ID_PREFIX = '5c041ac4';

const marked = (uuid: string): string => CHECK_ID_PREFIX + uuid.slice(CHECK_ID_PREFIX.length);

/** A new UUID that begins with `5c041ac4`. */
export const checkId = (): string => marked(randomUUID());

/** The same UUID for the same name and run. */
export const checkIdFor = (name: string, run: string): string => marked(uuid5(name, run));

/** Whether a check made the id. */
export const isCheckId = (id: string): boolean => id.startsWith(`${CHECK_ID_PREFIX}-`);
