import { join } from 'node:path';

/** The file of a program or driver of the torture (`drivers/file`): its source, or what it was bundled into. */
export const moduleFile = (name: string): string =>
  import.meta.filename.endsWith('.ts')
    ? join(import.meta.dirname, `${name}.ts`)
    : join(process.env.SCORIA_VM_SUITES ?? '', 'torture', `${name}.mjs`);
