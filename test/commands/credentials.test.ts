import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { credentialIn } from '../../src/commands/credentials.ts';
import { openEngine } from '../support/engine.ts';

const exported = async (engine: Awaited<ReturnType<typeof openEngine>>) =>
  (await Array.fromAsync((await engine.view()).exportEvents())).join('');

describe('credentials', () => {
  test('one that a driver answers with, and that it declared no secret, is in no event and no error, and the end is left open', async () => {
    const engine = await openEngine();
    const driver = join(import.meta.dirname, 'drivers/indiscreet.ts');
    const backend = await engine.addBackend({ name: 'indiscreet', driver });
    const volume = await backend.createVolume({ size: 1 });
    const refusal = await volume.connect({ host: 'node7' }).catch((error) => error);
    expect(refusal).toMatchObject({ code: 'OutcomeUnknown' });
    expect(refusal.message).toContain('target_password');
    expect(JSON.stringify(refusal) + refusal.stack).not.toContain('canary');
    expect(await exported(engine)).not.toContain('canary');
    expect((await volume.refresh()).connections).toMatchObject([{ status: 'error_attaching', connected: false }]);
  });

  test('one of the configuration is recorded as a reference', async () => {
    const engine = await openEngine();
    process.env.SCORIA_TEST_ARRAY_PASSWORD = 'canary-4712';
    onTestFinished(() => void delete process.env.SCORIA_TEST_ARRAY_PASSWORD);
    const options = { password: 'env:SCORIA_TEST_ARRAY_PASSWORD' };
    await engine.addBackend({ name: 'referring', driver: 'memory', options });
    const record = await exported(engine);
    expect(record).toContain('SCORIA_TEST_ARRAY_PASSWORD');
    expect(record).not.toContain('canary');
    const literal = await engine
      .addBackend({ name: 'literal', driver: 'memory', options: { password: 'canary-4713' } })
      .catch((error) => error);
    expect(literal).toMatchObject({ code: 'InvalidDriverOption' });
    expect(JSON.stringify(literal) + literal.stack).not.toContain('canary');
  });

  test.each([
    [{ provider_auth: 'CHAP user word' }, 'provider_auth'],
    [{ connection_info: { data: { targets: [{ discovery_auth_password: 'word' }] } } }, 'discovery_auth_password'],
    [
      { data: { secret_type: 'ceph', secret_uuid: '0197a3c2-5b1e-7000-8000-000000000001', auth_username: 'ada' } },
      null,
    ],
    [{ provider_auth: null, provider_location: '/dev/x' }, null],
    [undefined, null],
  ])('%j has the credential %s', (answer, name) => {
    expect(credentialIn(answer)).toBe(name);
  });
});
