import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Json, JsonObject } from '../../domain/json.ts';

/**
 * What LIO exports now, as rtslib writes it into its saved configuration: its `dump()`, attribute by attribute.
 */
export const LIO = '/sys/kernel/config/target';

/** A target of the fabric iscsi; `null` where there is none of that name. */
export const dumpTarget = (iqn: string): JsonObject | null => {
  const path = join(LIO, 'iscsi', iqn);
  if (!isDirectory(path)) return null;
  return {
    ...dumpNode(path),
    fabric: 'iscsi',
    tpgs: numbered(path, 'tpgt_').map(([tag, group]) => dumpPortalGroup(group, tag)),
    wwn: iqn,
  };
};

/** A block device that is or could be exported, under whatever number; `null` where there is none of that name. */
export const dumpBlockObject = (name: string): JsonObject | null => {
  const path = blockObjectPath(name);
  if (path === null || text(join(path, 'enable')) !== '1') return null;
  return {
    ...dumpNode(path),
    alua_tpgs: directoriesIn(join(path, 'alua')).map((group) => dumpAluaGroup(join(path, 'alua', group))),
    dev: text(join(path, 'udev_path')),
    name,
    plugin: 'block',
    readonly: /readonly: 1/.test(text(join(path, 'info')) ?? ''),
    write_back: text(join(path, 'attrib', 'emulate_write_cache')) === '1',
    wwn:
      text(join(path, 'wwn', 'vpd_unit_serial'))
        ?.split(':')[1]
        ?.trim() ?? '',
  };
};

export const blockObjectPath = (name: string): string | null => {
  const holders = directoriesIn(join(LIO, 'core')).filter((holder) => holder.startsWith('iblock_'));
  return holders.map((holder) => join(LIO, 'core', holder, name)).find(isDirectory) ?? null;
};

const dumpPortalGroup = (path: string, tag: number): JsonObject => ({
  ...dumpNode(path),
  enable: text(join(path, 'enable')) === '1',
  luns: numbered(join(path, 'lun'), 'lun_').map(([index, lun]) => dumpLun(lun, index)),
  node_acls: directoriesIn(join(path, 'acls')).map((initiator) => dumpAcl(join(path, 'acls', initiator))),
  portals: directoriesIn(join(path, 'np')).map((portal) => dumpPortal(join(path, 'np', portal))),
  tag,
  ...dumpCredentials(join(path, 'auth')),
});

const dumpLun = (path: string, index: number): JsonObject => {
  const alias = linkIn(path) ?? '';
  const object = alias === '' ? '' : realpathSync(join(path, alias));
  const plugin = basename(join(object, '..')).replace(/_\d+$/, '');
  return {
    alias,
    alua_tg_pt_gp_name: /^[^:]*: *(.*)$/m.exec(text(join(path, 'alua_tg_pt_gp')) ?? '')?.[1] ?? null,
    index,
    storage_object: `/backstores/${PLUGINS[plugin] ?? plugin}/${basename(object)}`,
  };
};

/** rtslib's names of what the kernel calls otherwise. */
const PLUGINS: Readonly<Record<string, string>> = { iblock: 'block', rd_mcp: 'ramdisk' };

const dumpPortal = (path: string): JsonObject => {
  const [, ip_address = '', port] = /^(.*):(\d+)$/.exec(basename(path)) ?? [];
  return {
    ip_address,
    iser: text(join(path, 'iser')) === '1',
    offload: text(join(path, 'cxgbit')) === '1',
    port: Number(port),
  };
};

const dumpAcl = (path: string): JsonObject => {
  const tag = text(join(path, 'tag'));
  return {
    ...dumpNode(path),
    mapped_luns: numbered(path, 'lun_').map(([index, lun]) => dumpMappedLun(lun, index)),
    node_wwn: basename(path),
    ...(tag && { tag }),
    ...dumpCredentials(join(path, 'auth')),
  };
};

const dumpMappedLun = (path: string, index: number): JsonObject => {
  const alias = linkIn(path) ?? '';
  return {
    alias,
    index,
    tpg_lun: alias === '' ? index : Number(basename(realpathSync(join(path, alias))).slice('lun_'.length)),
    write_protect: text(join(path, 'write_protect')) === '1',
  };
};

const CREDENTIALS = [
  ['userid', 'chap_userid'],
  ['password', 'chap_password'],
  ['userid_mutual', 'chap_mutual_userid'],
  ['password_mutual', 'chap_mutual_password'],
] as const;

const dumpCredentials = (path: string): JsonObject =>
  Object.fromEntries(
    CREDENTIALS.flatMap(([attribute, name]) => {
      const value = text(join(path, attribute));
      return value === null || value === '' || value === 'NULL' ? [] : [[name, value]];
    }),
  );

/** In the order of their numbers. */
const ALUA_STATUSES = [/^None$/, /^Altered by Explicit STPG$/, /^Altered by Implicit ALUA$/];
const ALUA_TYPES = [/^None$/, /^Implicit$/, /^Explicit$/, /^Implicit and Explicit$/];
const ALUA_NUMBERS = [
  'alua_access_state',
  'alua_write_metadata',
  'preferred',
  'nonop_delay_msecs',
  'trans_delay_msecs',
  'implicit_trans_secs',
  'alua_support_offline',
  'alua_support_standby',
  'alua_support_transitioning',
  'alua_support_active_nonoptimized',
  'alua_support_unavailable',
  'alua_support_active_optimized',
  'tg_pt_gp_id',
];

const dumpAluaGroup = (path: string): JsonObject => ({
  ...Object.fromEntries(ALUA_NUMBERS.map((name) => [name, Number(text(join(path, name)) ?? 0)])),
  alua_access_status: placeOf(ALUA_STATUSES, text(join(path, 'alua_access_status'))),
  alua_access_type: placeOf(ALUA_TYPES, text(join(path, 'alua_access_type'))),
  name: basename(path),
});

const placeOf = (names: readonly RegExp[], value: string | null): number =>
  names.findIndex((name) => name.test(value ?? ''));

const OWNER_READS_AND_WRITES = 0o600;

const writableFilesIn = (path: string): readonly string[] =>
  namesIn(path).filter((name) => (statSync(join(path, name)).mode & OWNER_READS_AND_WRITES) === OWNER_READS_AND_WRITES);

/** What every node of the tree can have: numbers where attributes are numbers, and parameters as texts. */
const dumpNode = (path: string): JsonObject => ({
  ...named('attributes', dumpFiles(join(path, 'attrib'), numberOrText)),
  ...named('parameters', dumpFiles(join(path, 'param'), String)),
});

const named = (name: string, values: JsonObject): JsonObject =>
  Object.keys(values).length === 0 ? {} : { [name]: values };

const dumpFiles = (path: string, asValue: (text: string) => Json): JsonObject =>
  Object.fromEntries(writableFilesIn(path).map((name) => [name, asValue(text(join(path, name)) ?? '')]));

const numberOrText = (value: string): number | string => (/^[+-]?\d+$/.test(value) ? Number(value) : value);

const namesIn = (path: string): readonly string[] => (isDirectory(path) ? readdirSync(path).toSorted() : []);

const directoriesIn = (path: string): readonly string[] =>
  namesIn(path).filter((name) => isDirectory(join(path, name)));

const numbered = (path: string, prefix: string): readonly (readonly [number, string])[] =>
  directoriesIn(path)
    .filter((name) => name.startsWith(prefix))
    .map((name) => [Number(name.slice(prefix.length)), join(path, name)] as const)
    .toSorted(([one], [other]) => one - other);

const linkIn = (path: string): string | null => namesIn(path).find((name) => isLink(join(path, name))) ?? null;

const isLink = (path: string): boolean => {
  try {
    return readlinkSync(path) !== '';
  } catch {
    return false;
  }
};

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const text = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
};
