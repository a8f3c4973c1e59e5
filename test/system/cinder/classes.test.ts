import { describe, expect, test } from 'vitest';
import { listClasses } from '../../../src/drivers/cinder/classes.ts';
import { optionValues } from '../../../src/drivers/cinder/options.ts';
import { capabilitiesOf, type DriverDefinition } from '../../../src/drivers/contract.ts';
import { describeCapabilities, describeOptions } from '../../../src/drivers/describe-options.ts';
import { checkOptions, parseOptions } from '../../../src/drivers/parse-options.ts';
import { findDriver } from '../../../src/drivers/registry.ts';
import { Secret } from '../../../src/secret.ts';
import { classDriver } from './class-fixture.ts';

const CINDERS = 'cinder:cinder.volume.drivers';

const optionsOf = (definition: DriverDefinition) =>
  Object.fromEntries(
    describeOptions(definition).map(({ name, type, default: given, secret, required }) => [
      name,
      `${type}${given === undefined ? '' : ` = ${JSON.stringify(given)}`}${secret ? ', secret' : ''}${required ? ', required' : ''}`,
    ]),
  );

describe("real classes' own options", () => {
  test('SolidFire', async () => {
    const solidfire = await findDriver(`${CINDERS}.solidfire.SolidFireDriver`);
    expect(optionsOf(solidfire)).toMatchObject({
      san_ip: 'string = ""',
      san_login: 'string = "admin"',
      san_password: expect.stringContaining('reference to a credential'),
      sf_emulate_512: 'boolean = true',
      sf_api_port: 'integer from 0 to 65535 = 443',
      reserved_percentage: 'integer from 0 to 100 = 0',
    });
    expect(describeCapabilities(solidfire)).toEqual([
      'clone',
      'extend',
      'extend_online',
      'freeze',
      'manage',
      'multiattach',
      'revert',
      'snapshots',
    ]);
  });

  test('PowerMax, under its old name', async () => {
    const powermax = await findDriver('cinder.volume.drivers.dell_emc.vmax.iscsi.VMAXISCSIDriver');
    expect(powermax.name).toBe(`${CINDERS}.dell_emc.powermax.iscsi.PowerMaxISCSIDriver`);
    expect(optionsOf(powermax)).toMatchObject({
      powermax_array: 'string',
      powermax_port_groups: 'list, separated by commas',
      initiator_check: 'boolean = false',
    });
  });

  test('RBD and LVM, as Cinder has them', async () => {
    const [rbd, lvm] = await Promise.all([
      findDriver(`${CINDERS}.rbd.RBDDriver`),
      findDriver(`${CINDERS}.lvm.LVMVolumeDriver`),
    ]);
    expect(optionsOf(rbd)).toMatchObject({ rbd_pool: 'string = "rbd"', rbd_max_clone_depth: 'integer = 5' });
    expect(optionsOf(lvm)).toMatchObject({
      volume_group: 'string = "cinder-volumes"',
      lvm_type: 'one of default, thin, auto = "auto"',
    });
    for (const other of ['volume_driver', 'rbd_pool']) expect(Object.keys(optionsOf(lvm))).not.toContain(other);
  });
});

describe('what is given to a class', () => {
  test('is checked by its own types, and only what was given is recorded', async () => {
    const definition = await findDriver('cinder:file_backed.FileDriver');
    const given = {
      file_directory: '/volumes',
      file_capacity_gb: '50',
      file_factor: '2.5',
      file_labels: 'a:1, b:2',
      file_words: 'x, y',
      file_password: 'env:NAME',
    };
    expect(parseOptions(definition, given)).toEqual({
      file_directory: '/volumes',
      file_capacity_gb: 50,
      file_factor: '2.5',
      file_labels: { a: '1', b: '2' },
      file_words: ['x', 'y'],
      file_password: { env: 'NAME' },
    });
    const wrong = { file_capacity_gb: '5000', file_mode: 'slow', file_pasword: 'env:NAME', file_password: 'in clear' };
    const checked = checkOptions(definition, wrong);
    const problems = 'left' in checked ? checked.left.map(({ details }) => details.option) : [];
    expect(problems.toSorted()).toEqual([
      'file_capacity_gb',
      'file_directory',
      'file_mode',
      'file_password',
      'file_pasword',
    ]);
    expect(JSON.stringify(checked)).not.toContain('in clear');
  });

  test('reaches it as it is: a dollar sign in a credential names no other option', () => {
    const described = { name: 'p', type: 'String', multi: false, default: null, required: false, secret: true };
    const answer = { ...described, help: '', choices: null, min: null, max: null };
    expect(optionValues({ p: new Secret('a$b$$c'), q: undefined }, [answer])).toEqual({ p: 'a$$b$$$$c' });
  });

  test('is what the class can', async () => {
    await using noop = await classDriver('misbehaving.NoopDriver');
    expect(capabilitiesOf(noop)).toEqual([]);
  });
});

describe('a class that cannot be used', () => {
  const refusal = async (name: string) => {
    const error = await findDriver(name).catch((thrown: unknown) => thrown);
    const { rejection } = error as { rejection?: { code: string; message: string; remedy: string } };
    return `${rejection?.code}: ${rejection?.message}; ${rejection?.remedy}`;
  };

  test('is refused with what would be right', async () => {
    expect(await refusal('cinder:no.such.Thing')).toMatch(/^UnknownDriver: .*cannot be loaded: .*driver list --cinder/);
    expect(await refusal('cinder:misbehaving.NoDriver')).toContain('is no driver of volumes');
    expect(await refusal('cinder:/nowhere/python3:a.Thing')).toContain('could not be started (ENOENT)');
  });
});

test('lists the classes that Cinder has', async () => {
  const classes = await listClasses();
  expect(classes.length).toBeGreaterThan(80);
  expect(classes).toContainEqual({
    class: 'cinder.volume.drivers.solidfire.SolidFireDriver',
    version: expect.stringMatching(/^\d/),
    supported: true,
  });
});
