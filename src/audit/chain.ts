import { hash } from 'node:crypto';

const EVENT_DOMAIN = 'scoria/event/v1\n';

/** The hash of an event: SHA-256 (hex) over a domain separator and the event's stored body. */
export const hashBody = (body: string): string => hash('sha256', EVENT_DOMAIN + body);
