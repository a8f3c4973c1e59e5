import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromCinder } from '../../src/config/cinder-conf/from-cinder.ts';
import { readIni } from '../../src/config/cinder-conf/ini.ts';
import { substituted } from '../../src/config/cinder-conf/templates.ts';
import { driverForClass } from '../../src/drivers/registry.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures/cinder', name), 'utf8');

const lines = (...text: readonly string[]): string => text.join('\n');

/** A backend `lvm` with these options, and where what of it was told stands. */
const lvmOf = async (...options: readonly string[]) => {
  const text = lines('[DEFAULT]', 'enabled_backends = lvm', '[lvm]', ...options);
  const { configuration, notes } = await fromCinder('cinder.conf', text);
  return { options: (configuration.backends as { readonly lvm: object }).lvm, notes };
};

const refusal = (text: string, file = 'cinder.conf') =>
  fromCinder(file, text).then(
    () => null,
    ({ rejection: { message, remedy, code } }) => ({ message, remedy, code }),
  );

describe('a cinder.conf', () => {
  const made = fromCinder('cinder.conf', fixture('cinder.conf'));

  test("becomes backends with the drivers' types, and references to credentials", async () => {
    expect((await made).configuration).toEqual({
      backend_defaults: { max_over_subscription_ratio: '10.0', reserved_percentage: 5, san_ip: '10.0.0.1' },
      backends: {
        'lvm-1': {
          volume_driver: 'lvm',
          volume_group: 'vg0',
          target_helper: 'lioadm',
          target_port: 3261,
          target_ip_address: '192.0.2.10',
          target_secondary_ip_addresses: ['192.0.2.11', '192.0.2.12'],
          volumes_dir: '/srv/cinder/volumes',
          chap_username: 'LVM_iSCSI-$user',
          chap_password: { env: 'SCORIA_LVM_1_CHAP_PASSWORD' },
          use_chap_auth: true,
          volume_clear_size: 5,
        },
        Ceph: {
          volume_driver: 'rbd',
          rbd_pool: 'volumes',
          rbd_user: 'cinder',
          rbd_ceph_conf: '/etc/ceph/ceph.conf',
          rbd_flatten_volume_from_snapshot: false,
          rbd_secret_uuid: '457eb676-33da-42ec-9a8c-9293d545c337',
        },
        array: {
          volume_driver: 'cinder:cinder.volume.drivers.dell_emc.powermax.iscsi.PowerMaxISCSIDriver',
          san_login: 'admin',
          san_password: { env: 'SCORIA_ARRAY_SAN_PASSWORD' },
          interval: ['3', '4'],
          comment: '50%(off)s',
        },
      },
    });
  });

  test('is told of what it has besides, by its lines', async () => {
    const { notes } = await made;
    const told = notes.map(({ place, field, message }) => {
      const line = place.source === 'file' ? place.line : 0;
      return `${line} ${field}: ${message}`;
    });
    const services = "is left out: it is of Cinder's services, which are not here";
    expect(told).toEqual([
      '3 DEFAULT.enabled_backends: there is no section [gone]',
      `7 DEFAULT.transport_url: ${services}`,
      `8 DEFAULT.glance_api_servers: ${services}`,
      '17 lvm-1.volume_backend_name: is left out: the backend is called lvm-1 here',
      '24 lvm-1.chap_password: is a credential, and is not written: a reference to it is',
      '26 lvm-1.volum_clear: is left out: the driver lvm has no such option',
      expect.stringMatching(/^27 lvm-1\.lvm_type: is left out: .* must be one of default, thin, auto$/),
      '41 array.san_password: is a credential, and is not written: a reference to it is',
      '43 array.replication_device: is left out: a credential seems to stand in it',
      '47 array.mount: is left out: a credential seems to stand in it',
      '48 array.home: is left out: $nowhere has no value',
      '53 old: is commented out',
      `56 keystone_authtoken: ${services}`,
      '59 spare: is left out: it is not among the enabled_backends',
    ]);
    expect(notes.find(({ field }) => field === 'lvm-1.volum_clear')?.remedy).toBe('did you mean "volume_clear"?');
    const { remedy } = notes.find(({ field }) => field === 'lvm-1.chap_password') ?? {};
    expect(remedy).toContain('SCORIA_LVM_1_CHAP_PASSWORD');
  });

  test('leaves no credential in what is written or said', async () => {
    expect(JSON.stringify(await made)).not.toContain('canary');
  });

  test('has the LVM driver where it names none, and names of before', async () => {
    const { options, notes } = await lvmOf('iscsi_helper = tgtadm', 'target_port = 3262', 'iscsi_port = 3261');
    expect(options).toEqual({ volume_driver: 'lvm', target_helper: 'tgtadm', target_port: 3262 });
    expect(notes).toEqual([]);
  });

  test('gives each credential a variable of its own, and takes an empty one for none', async () => {
    const text = lines(
      '[DEFAULT]',
      'enabled_backends = a-b,a.b,c',
      '[a-b]',
      'chap_password=x',
      '[a.b]',
      'chap_password=y',
    );
    const { configuration } = await fromCinder('cinder.conf', lines(text, '[c]', 'chap_password ='));
    expect(configuration.backends).toEqual({
      'a-b': { volume_driver: 'lvm', chap_password: { env: 'SCORIA_A_B_CHAP_PASSWORD' } },
      'a.b': { volume_driver: 'lvm', chap_password: { env: 'SCORIA_A_B_CHAP_PASSWORD_2' } },
      c: { volume_driver: 'lvm' },
    });
  });

  test('of a driver of Cinder refers to tokens, and keeps what is only about a credential', async () => {
    const array = lines('[DEFAULT]', 'enabled_backends = array', '[array]', 'volume_driver = vendor.Driver');
    const given = [
      'pure_api_token = t',
      'lightos_jwt = j',
      'san_private_key = /etc/key',
      'a_token_available_time = 30',
    ];
    const { configuration } = await fromCinder('cinder.conf', lines(array, ...given));
    expect(configuration.backends).toEqual({
      array: {
        volume_driver: 'cinder:vendor.Driver',
        pure_api_token: { env: 'SCORIA_ARRAY_PURE_API_TOKEN' },
        lightos_jwt: { env: 'SCORIA_ARRAY_LIGHTOS_JWT' },
        san_private_key: '/etc/key',
        a_token_available_time: '30',
      },
    });
  });

  test('keeps out of all backends what one of them does not take', async () => {
    const shared = [
      '[backend_defaults]',
      'volume_driver = cinder.volume.drivers.rbd.RBDDriver',
      'reserved_percentage = 101',
    ];
    const text = lines('[DEFAULT]', 'enabled_backends = ceph', ...shared, '[ceph]', 'rbd_pool = p');
    const { configuration, notes } = await fromCinder('cinder.conf', text);
    expect(configuration).toEqual({ backends: { ceph: { volume_driver: 'rbd', rbd_pool: 'p' } } });
    expect(notes).toMatchObject([{ place: { line: 5 }, field: 'ceph.reserved_percentage' }]);
  });

  test('calls a backend by another name on request', async () => {
    const text = lines('[DEFAULT]', 'enabled_backends = lvm iscsi', '[lvm iscsi]');
    expect(await refusal(text)).toMatchObject({
      code: 'InvalidConfiguration',
      message: expect.stringContaining('cinder.conf:3:1: lvm iscsi: cannot be the name of a backend'),
      remedy: "give it another one here: --backend 'lvm iscsi=NAME'",
    });
    const { configuration } = await fromCinder('cinder.conf', text, { 'lvm iscsi': 'lvm' });
    expect(configuration).toEqual({ backends: { lvm: { volume_driver: 'lvm' } } });
  });
});

describe('a file that cannot be understood', () => {
  test.each([
    ['', '1:1: DEFAULT.enabled_backends: names no backend'],
    [lines('[DEFAULT]', 'debug = True'), '1:1: DEFAULT.enabled_backends: names no backend'],
    [lines('a = 1', '[DEFAULT]'), '1:1: an option stands before the first section'],
    [lines('[DEFAULT]', '', '  x'), '3:1: the line is indented, and goes on with no option'],
    [lines('[DEFAULT]', 'a = 1', '# between', '  x'), '4:1: the line is indented, and goes on with no option'],
    [lines('[DEFAULT]', 'password'), '2:1: neither an option nor a section'],
    [lines('[DEFAULT]', '= 1'), '2:1: the option has no name'],
    [lines('[DEFAULT'), '1:1: the name of a section is not closed'],
    [lines('[]'), '1:1: the section has no name'],
  ])('%j: %s', async (text, message) => {
    expect(await refusal(text)).toEqual({
      code: 'InvalidConfiguration',
      message: `cinder.conf:${message}`,
      remedy: expect.stringMatching(/\w/),
    });
  });

  test.each([
    ['backends: {', 'the indentation fits nothing above it'],
    ['backends: 5', 'backends: must be a list of backends'],
    ['backends: [ { volume_driver: x } ]', 'backends.0: has no volume_backend_name'],
  ])('%s', async (text, message) => {
    expect((await refusal(text, 'backends.yaml'))?.message).toContain(message);
  });
});

test('values go over lines, in quotes, and after either sign', () => {
  const text = lines(
    '[a]',
    "x = 'one'",
    'y: "two" ',
    'z = 1',
    '\t2',
    '   # 3',
    'u = v:w',
    'q = "',
    'e =',
    '[ b ]',
    'x=1',
  );
  expect(readIni('f', text).assignments).toEqual([
    { section: 'a', name: 'x', value: 'one', line: 2 },
    { section: 'a', name: 'y', value: 'two', line: 3 },
    { section: 'a', name: 'z', value: '1\n2\n# 3', line: 4 },
    { section: 'a', name: 'u', value: 'v:w', line: 7 },
    { section: 'a', name: 'q', value: '', line: 8 },
    { section: 'a', name: 'e', value: '', line: 9 },
    { section: ' b ', name: 'x', value: '1', line: 11 },
  ]);
});

test('names stand for values, and a dollar for itself where it is doubled', () => {
  const lookUp = (group: string | null, name: string) =>
    name === 'none' ? null : { text: `<${group ?? ''} ${name}>`, isCredential: name === 'password' };
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of oslo.config
  expect(substituted('$a-${b}$c.d ${e.f.g} $$h \\$i 5$ $9', lookUp)).toEqual({
    text: '< a>-< b><c d> <e f.g> $h $i 5$ $9',
    isCredential: false,
    missing: null,
  });
  expect(substituted('$password $none', lookUp)).toMatchObject({ isCredential: true, missing: 'none' });
});

test('options that go round in a circle have no value', async () => {
  const { options, notes } = await lvmOf('volume_group = $target_prefix', 'target_prefix = $volume_group');
  expect(options).toEqual({ volume_driver: 'lvm' });
  expect(notes.map(({ message }) => message)).toEqual([
    'is left out: $target_prefix has no value',
    'is left out: $volume_group has no value',
  ]);
});

test.each([
  ['cinder.volume.drivers.lvm.LVMISCSIDriver', 'lvm'],
  ['cinder.volume.driver.RBDDriver', 'rbd'],
  ['cinder.volume.drivers.solidfire.SolidFireDriver', 'cinder:cinder.volume.drivers.solidfire.SolidFireDriver'],
  ['cinder.volume.drivers.nimble.NimbleFCDriver', 'cinder:cinder.volume.drivers.hpe.nimble.NimbleFCDriver'],
])('%s is the driver %s', (given, driver) => expect(driverForClass(given)).toBe(driver));

test("a YAML file of cinderlib's tests is one too", async () => {
  const { configuration, notes } = await fromCinder('backends.yaml', fixture('cinderlib.yaml'));
  expect(configuration).toEqual({
    backends: {
      lvm: {
        volume_driver: 'lvm',
        volume_group: 'cinder-volumes',
        target_protocol: 'iscsi',
        target_helper: 'lioadm',
        target_prefix: 'iqn.2010-10.org:cinder-volumes:',
      },
      solidfire: {
        volume_driver: 'cinder:cinder.volume.drivers.solidfire.SolidFireDriver',
        san_ip: '192.168.1.4',
        san_password: { env: 'SCORIA_SOLIDFIRE_SAN_PASSWORD' },
      },
    },
  });
  expect(notes.map(({ field }) => field)).toEqual(['logs', 'size_precision', 'solidfire.san_password']);
});
