import { printable } from '../printable.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Anybody's text in the text or an attribute of HTML and XML. What neither can hold is shown as its escape. */
export const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[\ufffe\uffff]/g, '\ufffd')
    .split('\n')
    .map(printable)
    .join('\n')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
