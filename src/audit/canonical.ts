import canonicalize from 'canonicalize';
import type { Json } from '../domain/json.ts';

/** RFC 8785 (JSON Canonicalization Scheme). Throws for what it does not define, such as a lone surrogate. */
export const canonicalJson = (value: Json): string => {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('the value is not JSON');
  return text;
};
