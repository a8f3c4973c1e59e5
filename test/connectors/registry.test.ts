import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, machine, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectorProperties } from '../../src/connectors/properties.ts';
import { findHostConnector, PROTOCOLS } from '../../src/connectors/registry.ts';
import { JsonObjectSchema } from '../../src/domain/json.ts';
import { silentLogger } from '../../src/logging.ts';

const environment = { run: () => Promise.reject(new Error('no programs here')), log: silentLogger };

test('finds the connector of each protocol, and says which exist', async () => {
  for (const protocol of PROTOCOLS) expect((await findHostConnector(protocol, environment)).protocol).toBe(protocol);
  for (const protocol of ['carrier-pigeon', 'toString', '']) {
    const error = await findHostConnector(protocol, environment).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ScoriaError', code: 'ConnectorFailed', details: { protocol } });
    expect(String(error)).toContain('local, memory');
  }
});

test("tells this host's properties in os-brick's shape", async () => {
  const root = await mkdtemp(join(tmpdir(), 'scoria-test-'));
  const bare = await connectorProperties({}, { root });
  expect(bare).toEqual({
    host: hostname(),
    ip: expect.stringMatching(/^[0-9a-f.:]+$/),
    multipath: false,
    enforce_multipath: false,
    os_type: process.platform,
    platform: machine(),
    do_local_attach: false,
  });
  await mkdir(join(root, 'etc/iscsi'), { recursive: true });
  await mkdir(join(root, 'etc/nvme'), { recursive: true });
  await writeFile(
    join(root, 'etc/iscsi/initiatorname.iscsi'),
    '## comment\n#InitiatorName=no\nInitiatorName=iqn.2026-01.a:b\n',
  );
  await writeFile(join(root, 'etc/nvme/hostnqn'), 'nqn.2014-08.org.nvmexpress:uuid:1\n');
  const full = await connectorProperties({}, { root });
  await rm(root, { recursive: true });
  expect(full).toEqual({ ...bare, initiator: 'iqn.2026-01.a:b', nqn: 'nqn.2014-08.org.nvmexpress:uuid:1' });
  expect(await connectorProperties({ multipath: true }, { root })).toMatchObject({ multipath: true });
  expect(JsonObjectSchema.safeParse(await connectorProperties()).success).toBe(true);
});
