import { z } from 'zod';
import type { DriverDefinition } from '../../../src/drivers/contract.ts';
import file from '../../../src/drivers/file/driver.ts';

/** What nobody may ever see stands in these, and the driver does not say so. */
const SPOKEN_OF_BY_NAME = ['api_key', 'san_password', 'access_token', 'array_jwt'];
const SPOKEN_OF_BY_VALUE = ['management_url', 'proxies', 'parameters'];
const HARMLESS = ['rbd_keyring_conf', 'san_private_key', 'as13000_token_available_time', 'plain_url'];

const base = file as unknown as DriverDefinition;
const names = [...SPOKEN_OF_BY_NAME, ...SPOKEN_OF_BY_VALUE, ...HARMLESS];
const undeclared = Object.fromEntries(names.map((name) => [name, z.union([z.string(), z.array(z.string())])]));

/** A driver of files whose options hold credentials as if they were anything else. */
export default {
  ...base,
  name: 'undeclared',
  options: base.options.extend(undeclared),
  create: (options, environment) => {
    const own = Object.entries(options).filter(([name]) => !names.includes(name));
    return base.create(Object.fromEntries(own), environment);
  },
} satisfies DriverDefinition;
