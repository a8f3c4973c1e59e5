import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { inCall } from '../../../src/drivers/call.ts';
import { processIds } from '../../../src/drivers/kernel-processes.ts';
import { aVolume } from '../../../src/testing/resources.ts';
import { isAlive } from '../../support/is-alive.ts';
import { keepingLogger } from '../../support/keeping-logger.ts';
import { classDriver, endOf } from './class-fixture.ts';

const ODD = 'misbehaving.OddDriver';
const PASSWORD = 'correct-horse-battery-5';

let directory: string;
const journal = () => join(directory, 'journal');
/** The id of the process that the driver waits for, once it is told whole. */
const startedChild = async () => /^\d+(?=\n)/.exec(await readFile(`${journal()}.child`, 'utf8').catch(() => ''))?.[0];
const setUps = async () => (await readFile(journal(), 'utf8')).trim().split('\n').length;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scoria-test-'));
  process.env.SCORIA_FIXTURE_PASSWORD = PASSWORD;
});
afterEach(() => rm(directory, { recursive: true }));

const asked = (name: string, change = {}) => aVolume({ name, ...change });

describe('a driver of Python that misbehaves', () => {
  test('is ended with what it started when its call is given up, and set up anew by the next', async () => {
    await using driver = await classDriver(ODD, { fixture_journal: journal() });
    await driver.setup();
    const givingUp = new AbortController();
    const signals = { stopping: givingUp.signal, givenUp: givingUp.signal };
    const call = inCall(signals, () => endOf(driver.createVolume(asked('hangs'))));
    const child = await vi.waitUntil(startedChild, { timeout: 30_000 });
    expect(await isAlive(child)).toBe(true);
    givingUp.abort();
    expect(await call).toEqual({ unknown: 'create_volume: /usr/bin/python3 was given up and ended' });
    await expect.poll(() => isAlive(child), { timeout: 30_000 }).toBe(false);
    expect(await endOf(driver.createVolume(asked('assigns')))).toMatchObject({ done: { provider_id: 'after' } });
    expect(await setUps()).toBe(2);
  });

  test('that dies leaves it unknown what happened, and lives again', async () => {
    await using driver = await classDriver(ODD, { fixture_journal: journal() });
    expect(await endOf(driver.createVolume(asked('crashes')))).toEqual({
      unknown: 'create_volume: /usr/bin/python3 ended with exit code 7',
    });
    expect(await endOf(driver.createVolume(asked('nothing')))).toEqual({ done: undefined });
    expect(await setUps()).toBe(2);
  });

  test('tells a refusal from an error of which nobody knows what it left', async () => {
    await using driver = await classDriver(ODD);
    expect(await endOf(driver.createVolume(asked('refuses')))).toEqual({
      refused: 'InvalidInput: Invalid input received: no',
    });
    expect(await endOf(driver.createVolume(asked('fails')))).toEqual({
      unknown:
        'VolumeBackendAPIException: Bad or unexpected response from the storage volume backend API: the array says no',
    });
    expect(await endOf(driver.findVolume(asked('any')))).toMatchObject({
      unknown: expect.stringContaining('cannot be asked whether it has volume'),
    });
  });

  test('shows no credential, wherever it puts it', async () => {
    const { lines, log } = keepingLogger();
    const options = { fixture_password: 'env:SCORIA_FIXTURE_PASSWORD' };
    await using driver = await classDriver(ODD, options, log);
    const answer = await endOf(driver.createVolume(asked('leaks')));
    expect(answer).toEqual({ done: { provider_auth: 'CHAP user made-by-the-driver-9' } });
    const failed = await endOf(driver.createVolume(asked('leaks', { size: 2 })));
    expect(failed).toMatchObject({ unknown: expect.stringContaining('login with [secret] failed') });
    const said = lines.join('\n');
    expect(said).toContain('the password is [secret]');
    expect(said).toMatch(/^debug .*\n?.*Traceback/m);
    expect(lines.filter((line) => line.includes('standard error')).length).toBeGreaterThan(0);
    for (const secret of [PASSWORD, 'made-by-the-driver-9', 'unknown-to-all-8']) expect(said).not.toContain(secret);
    expect(JSON.stringify(failed)).not.toContain(PASSWORD);
  });

  test('gets its credentials by no argument and no environment', async () => {
    const options = { fixture_password: 'env:SCORIA_FIXTURE_PASSWORD' };
    await using driver = await classDriver(ODD, options);
    await driver.setup();
    const ids = await processIds();
    const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const all = await Promise.all(ids.map(async (pid) => [await read(pid, 'cmdline'), await read(pid, 'environ')]));
    const bridges = all.filter(([line]) => line?.includes('cinder/bridge/main.py'));
    expect(bridges.length).toBeGreaterThan(0);
    expect(bridges.flat().join(' ')).not.toContain(PASSWORD);
  });

  test('that cannot be set up says why, without its password, and is tried anew', async () => {
    const options = { fixture_password: 'env:SCORIA_FIXTURE_PASSWORD', fixture_broken: true };
    await using driver = await classDriver(ODD, options);
    for (const call of [() => driver.setup(), () => driver.createVolume(asked('nothing'))]) {
      expect(await endOf(call())).toEqual({
        refused: 'the driver cannot be set up: InvalidInput: Invalid input received: bad password [secret]',
      });
    }
  });

  test('that answers without end is ended', async () => {
    await using driver = await classDriver(ODD);
    expect(await endOf(driver.createVolume(asked('is_huge')))).toEqual({
      unknown: 'create_volume: /usr/bin/python3 answered more than can be read, and was ended',
    });
    expect(await endOf(driver.createVolume(asked('grows_for_ever')))).toEqual({ unknown: 'MemoryError' });
    expect(await endOf(driver.createVolume(asked('nothing')))).toEqual({ done: undefined });
  });

  test('is not believed what has no shape', async () => {
    await using unruled = await classDriver('misbehaving.UnruledDriver');
    expect(await endOf(unruled.setup())).toMatchObject({ refused: expect.stringContaining('stats that are none') });
    await using driver = await classDriver('misbehaving.LyingDriver');
    const connection = { id: 'c', connector: { host: 'here' }, attach_mode: 'rw' } as const;
    expect(await endOf(driver.initializeConnection(asked('any'), connection))).toMatchObject({
      unknown: expect.stringContaining('connection info that is none'),
    });
    await using odd = await classDriver(ODD);
    for (const name of ['answers_a_list', 'answers_an_object']) {
      expect(await endOf(odd.createVolume(asked(name)))).toMatchObject({ unknown: expect.any(String) });
    }
  });
});

describe('a driver of Python', () => {
  test('changes its volume by assigning, saving and answering', async () => {
    const { lines, log } = keepingLogger();
    await using driver = await classDriver(ODD, {}, log);
    expect(await driver.createVolume(asked('assigns', { metadata: { kept: 'x' } }))).toEqual({
      provider_location: 'assigned',
      provider_id: 'after',
      metadata: { kept: 'x', more: 'yes' },
    });
    expect(await driver.createVolume(asked('says_too_much'))).toEqual({ provider_id: 'it' });
    expect(lines.filter((line) => line.startsWith('warn'))).toEqual([
      'warn {"driver":"create_volume"} What the driver said has no place in the record: admin_metadata',
    ]);
  });

  test('finds specs, types and volumes where it looks for them', async () => {
    await using driver = await classDriver(ODD);
    const specs = { extra_specs: { tier: 'gold' }, qos_specs: { maxIOPS: '100' } };
    expect(await driver.createVolume(asked('asks', { ...specs, pool_name: 'second' }))).toEqual({
      provider_location: 'True True True',
      provider_id: "{'tier': 'gold'} {'maxIOPS': '100'} {'maxIOPS': '100'} under-test#second",
    });
    expect(await endOf(driver.createVolume(asked('asks_for_more')))).toEqual({
      refused: "NotImplementedError: Cinder's database is not there, of which the driver wants service_get_all",
    });
  });

  test('answers one call after the other, in their order, and each backend by itself', async () => {
    await using driver = await classDriver(ODD);
    const order: string[] = [];
    const ask = async (name: string) => driver.createVolume(asked(name)).then(() => order.push(name));
    await Promise.all([ask('waits'), ask('nothing'), ask('assigns')]);
    expect(order).toEqual(['waits', 'nothing', 'assigns']);
  });

  test('reports endless and unknown capacity as the largest that can be told', async () => {
    await using driver = await classDriver(ODD);
    await driver.setup();
    const { vendor_name, pools } = await driver.stats();
    expect(vendor_name).toBe('unknown');
    expect(pools).toEqual([
      expect.objectContaining({ pool_name: 'under-test', total_capacity_bytes: Number.MAX_SAFE_INTEGER }),
    ]);
  });
});
