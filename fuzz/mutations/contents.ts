/** What a file holds: a text, or bytes that are none. */
export type Contents = { readonly text: string } | { readonly base64: string };

export const bytesOf = (contents: Contents): Buffer =>
  'text' in contents ? Buffer.from(contents.text) : Buffer.from(contents.base64, 'base64');

export const contentsOf = (bytes: Buffer): Contents => {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? { text } : { base64: bytes.toString('base64') };
};

/** A mutated document, and in words what was done to it. */
export interface Mutated {
  readonly how: readonly string[];
  readonly contents: Contents;
}
