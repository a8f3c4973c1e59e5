import { isCredentialName } from '../../commands/credentials.ts';

/** Names of options of Cinder's drivers under which credentials stand, besides those of connection info. */
const OF_OPTIONS = /pass(?:word|wd|phrase)?$|pwd|api_?key|access_?key|credential/i;

const NAMED_INSIDE = /(?:pass(?:word|wd|phrase)|pwd|secret|token|api_?key|access_?key)\w*["']?\s*[:=]/i;
const LOGIN_IN_URL = /:\/\/[^\s/:@]*:[^\s/@]+@/;

export const isCredentialOption = (name: string): boolean => isCredentialName(name) || OF_OPTIONS.test(name);

/** Whether something in a value says of itself that it is a credential. */
export const holdsCredential = (value: unknown): boolean => {
  if (typeof value === 'string') return NAMED_INSIDE.test(value) || LOGIN_IN_URL.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, member]) => isCredentialOption(name) || holdsCredential(member));
};
