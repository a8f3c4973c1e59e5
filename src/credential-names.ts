/** Names under which Cinder's drivers and connection info carry credentials. */
const OF_FIELDS = /^provider_auth$|password|passwd|secret(?!_(?:uuid|type)$)|^keyring$|auth_key|private_key|token/i;

/** Those of options besides. */
const OF_OPTIONS = /pass(?:wd|phrase)?$|pwd|api_?key|access_?key|credential|jwt$/i;

/** Options of Cinder's that hold a path, a length or a time of one. */
const ABOUT_ONE = /^(?:gpfs|nas|san)_private_key$|_(?:len|time)$/i;

const NAMED_INSIDE = /(?:pass(?:word|wd|phrase)|pwd|secret|token|api_?key|access_?key)\w*["']?\s*[:=]/i;
/** Some services take a token for a name, so that a name alone may be one. */
const LOGIN_IN_URL = /:\/\/\S*@/;

/** Whether a field of this name may hold a credential. */
export const isCredentialName = (name: string): boolean => OF_FIELDS.test(name);

/** The same of a driver's option. */
export const isCredentialOption = (name: string): boolean =>
  (OF_FIELDS.test(name) || OF_OPTIONS.test(name)) && !ABOUT_ONE.test(name);

/** Whether something in a value says of itself that it is a credential. */
export const holdsCredential = (value: unknown): boolean => {
  if (typeof value === 'string') return NAMED_INSIDE.test(value) || LOGIN_IN_URL.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, member]) => isCredentialOption(name) || holdsCredential(member));
};
