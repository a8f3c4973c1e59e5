/** Names under which Cinder's drivers and connection info carry credentials. */
const CREDENTIAL = /^provider_auth$|password|passwd|secret(?!_uuid)|^keyring$|auth_key|private_key|token/i;

/** The name of a credential anywhere in a driver's answer, or `null`. A record is kept for ever, in the clear. */
export const credentialIn = (answer: unknown): string | null => {
  if (typeof answer !== 'object' || answer === null) return null;
  for (const [name, value] of Object.entries(answer)) {
    if (CREDENTIAL.test(name) && typeof value === 'string' && value !== '') return name;
    const inside = credentialIn(value);
    if (inside !== null) return inside;
  }
  return null;
};
