import { expect, test } from 'vitest';
import { optionsOf } from '../../../src/drivers/cinder/options.ts';
import { isSecret } from '../../../src/drivers/options.ts';

const answered = (name: string, type: string, secret = false) => ({
  ...{ name, type, secret, multi: false, default: null, required: false },
  ...{ help: '', choices: null, min: null, max: null },
});

test.each([
  ['san_password', 'String', true],
  ['pure_api_token', 'String', true],
  ['vendor_api_key', 'String', true],
  ['lightos_jwt', 'String', true],
  ['san_private_key', 'String', false],
  ['nfs_shares_config', 'String', false],
  ['as13000_token_available_time', 'Integer', false],
  ['vendor_renew_token', 'Boolean', false],
])('the option %s, a %s, of a class of Cinder is a credential: %s', (name, type, isCredential) => {
  const { shape } = optionsOf([answered(name, type)]);
  expect(isSecret(shape[name] as never)).toBe(isCredential);
});

test('what Cinder says is a credential is one, whatever it is called', () => {
  const { shape } = optionsOf([answered('replication_device', 'Dict', true)]);
  expect(isSecret(shape.replication_device as never)).toBe(true);
});
