import { isCredentialName } from '../credential-names.ts';

/** The name of a credential anywhere in a driver's answer, or `null`. A record is kept for ever, in the clear. */
export const credentialIn = (answer: unknown): string | null => {
  if (typeof answer !== 'object' || answer === null) return null;
  for (const [name, value] of Object.entries(answer)) {
    if (isCredentialName(name) && typeof value === 'string' && value !== '') return name;
    const inside = credentialIn(value);
    if (inside !== null) return inside;
  }
  return null;
};
