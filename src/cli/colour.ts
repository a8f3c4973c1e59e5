import { styleText } from 'node:util';

export type Style = 'red' | 'yellow' | 'green' | null;

/** Only where the stream shows it: Node asks for a terminal, NO_COLOR, FORCE_COLOR and TERM. */
export const coloured = (style: Style, text: string, stream: NodeJS.WritableStream = process.stdout): string =>
  style === null ? text : styleText(style, text, { stream });

export const styleOfStatus = (status: string): Style => {
  if (status.startsWith('error')) return 'red';
  if (status.endsWith('ing')) return 'yellow';
  return status === 'available' || status === 'in-use' || status === 'attached' ? 'green' : null;
};
