import { fileURLToPath } from 'node:url';

/** Scoria's own code, from the sources or as it is published. */
const OWN = fileURLToPath(new URL('..', import.meta.url));

/** Where in a driver's own code an error was thrown; `null` when it was thrown elsewhere. */
export const placeIn = ({ stack = '' }: Error): string | null => {
  const [first = ''] = stack.split('\n').filter((line) => /^\s+at .*[/\\]/.test(line) && !line.includes('node:'));
  return first === '' || first.includes(OWN) || first.includes('node_modules') ? null : first.trim();
};
