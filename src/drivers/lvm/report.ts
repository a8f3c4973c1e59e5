import { z } from 'zod';

/** A logical volume as LVM reports it. Sizes are bytes. */
export interface LogicalVolume {
  readonly name: string;
  /** What a reader of its device gets. */
  readonly sizeBytes: bigint;
  /** What it takes of the group: of a thick snapshot the space for what was overwritten. */
  readonly storeBytes: bigint;
  readonly isActive: boolean;
  readonly isOpen: boolean;
  /** Part of another one; also a snapshot that is being merged. */
  readonly isHidden: boolean;
  readonly isPool: boolean;
  readonly isThin: boolean;
  /** What it is a snapshot of. */
  readonly origin: string | null;
  /** A thick snapshot that ran out of space: its bytes are lost. */
  readonly isInvalid: boolean;
  readonly tags: readonly string[];
  /** Of a pool: how much of it is written to. */
  readonly dataPercent: number;
  readonly metadataPercent: number;
}

export interface VolumeGroup {
  readonly sizeBytes: bigint;
  readonly freeBytes: bigint;
  readonly disks: number;
  readonly missingDisks: number;
  readonly isExported: boolean;
  readonly isReadOnly: boolean;
  readonly isShared: boolean;
}

export interface GroupReport {
  readonly group: VolumeGroup;
  readonly volumes: readonly LogicalVolume[];
}

export const LV_FIELDS = [
  'lv_name',
  'lv_size',
  'lv_active',
  'lv_device_open',
  'lv_layout',
  'lv_snapshot_invalid',
  'lv_tags',
  'origin',
  'origin_size',
  'data_percent',
  'metadata_percent',
].join();

const VG_FIELDS = 'vg_size,vg_free,pv_count,vg_missing_pv_count,vg_exported,vg_permissions,vg_clustered,vg_shared';

const AS_JSON = ['--reportformat', 'json', '--units', 'b', '--nosuffix'];

/** `lvs` of the volumes that the selection names, hidden ones too. */
export const lvsArguments = (group: string, selection: string): readonly string[] => [
  '-a',
  ...AS_JSON,
  ...['-o', LV_FIELDS, '-S', selection, group],
];

/** The group and all its volumes by one program: `lvm fullreport`, of which the parts about segments stay empty. */
export const fullReportArguments = (group: string): readonly string[] => [
  ...['fullreport', '-a', ...AS_JSON],
  ...['--configreport', 'vg', '-o', VG_FIELDS],
  ...['--configreport', 'lv', '-o', LV_FIELDS],
  ...['--configreport', 'pv', '-o', 'pv_name'],
  ...['--configreport', 'seg', '-o', 'vg_name', '-S', 'lv_name=none'],
  ...['--configreport', 'pvseg', '-o', 'vg_name', '-S', 'pvseg_start=-1'],
  group,
];

const Bytes = z.string().regex(/^\d+$/).transform(BigInt);
const Percent = z.string().transform((text) => (text === '' ? 0 : Number(text)));
const Words = z.string().transform((text) => (text === '' ? [] : text.split(',')));

const LvRow = z
  .object({
    lv_name: z.string(),
    lv_size: Bytes,
    lv_active: z.string(),
    lv_device_open: z.string(),
    lv_layout: Words,
    lv_snapshot_invalid: z.string(),
    lv_tags: Words,
    origin: z.string(),
    origin_size: z.union([z.literal(''), Bytes]),
    data_percent: Percent,
    metadata_percent: Percent,
  })
  .transform((row): LogicalVolume => {
    const isPool = row.lv_layout.includes('pool');
    const isThin = row.lv_layout.includes('thin') && !isPool;
    const origin = row.origin === '' ? null : bareName(row.origin);
    const isThickSnapshot = origin !== null && !isThin;
    return {
      name: bareName(row.lv_name),
      isHidden: row.lv_name.startsWith('['),
      sizeBytes: isThickSnapshot && row.origin_size !== '' ? row.origin_size : row.lv_size,
      storeBytes: row.lv_size,
      isActive: row.lv_active !== '',
      isOpen: row.lv_device_open === 'open',
      isPool,
      isThin,
      origin,
      isInvalid: isThickSnapshot && row.lv_snapshot_invalid === 'snapshot invalid',
      tags: row.lv_tags,
      dataPercent: row.data_percent,
      metadataPercent: row.metadata_percent,
    };
  });

/** A hidden one stands in brackets. */
const bareName = (name: string): string => name.replace(/^\[(.*)\]$/, '$1');

const VgRow = z
  .object({
    vg_size: Bytes,
    vg_free: Bytes,
    pv_count: z.coerce.number(),
    vg_missing_pv_count: z.coerce.number(),
    vg_exported: z.string(),
    vg_permissions: z.string(),
    vg_clustered: z.string(),
    vg_shared: z.string(),
  })
  .transform(
    (row): VolumeGroup => ({
      sizeBytes: row.vg_size,
      freeBytes: row.vg_free,
      disks: row.pv_count,
      missingDisks: row.vg_missing_pv_count,
      isExported: row.vg_exported !== '',
      isReadOnly: row.vg_permissions.startsWith('read-only'),
      isShared: row.vg_clustered !== '' || row.vg_shared !== '',
    }),
  );

const LvsReport = z.object({ report: z.tuple([z.object({ lv: z.array(LvRow) })]) });
const FullReport = z.object({ report: z.tuple([z.object({ vg: z.tuple([VgRow]), lv: z.array(LvRow) })]) });

/** A volume that is being merged into is reported twice. */
const eachOnce = (volumes: readonly LogicalVolume[]): readonly LogicalVolume[] => [
  ...new Map(volumes.map((volume) => [volume.name, volume])).values(),
];

const read = <Output>(schema: z.ZodType<Output>, printed: string): Output => {
  try {
    return schema.parse(JSON.parse(printed));
  } catch (error) {
    throw new Error('LVM printed a report that cannot be read', { cause: error });
  }
};

export const readLvs = (printed: string): readonly LogicalVolume[] => eachOnce(read(LvsReport, printed).report[0].lv);

export const readFullReport = (printed: string): GroupReport => {
  const [{ vg, lv }] = read(FullReport, printed).report;
  return { group: vg[0], volumes: eachOnce(lv) };
};
