import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configurationPage } from '../docs-site/reference/configuration.ts';
import { builtInConfigurationSchema } from '../src/config/json-schema.ts';

/** `npm run configuration:write` writes what is made from the configuration's schema. */
const root = join(import.meta.dirname, '..');
const { path, text } = configurationPage();
await writeFile(join(root, path), text);
const schema = JSON.stringify(await builtInConfigurationSchema(), null, 2);
await writeFile(join(root, 'schema/scoria.schema.json'), `${schema}\n`);
