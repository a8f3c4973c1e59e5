import { z } from 'zod';
import { attachOptions, commonOptions, secret } from '../options.ts';

const SIZE = /^(?<count>\d+)(?<unit>[kKMG]?)$/;
const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, k: 1024, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
/** What any disk can be written in without going through the page cache. */
const DIRECT_BYTES = 4096;

/** The bytes of `1M`; 0 for what is no size. */
export const blockBytes = (text: string): number => {
  const { count, unit = '' } = SIZE.exec(text)?.groups ?? {};
  return Number(count ?? 0) * (UNIT_BYTES[unit] ?? 0);
};

/** One of these; values of Cinder that are not among them are refused with what to use instead. */
const choice = <const Value extends string>(values: readonly Value[], instead: Readonly<Record<string, string>>) =>
  z.enum(values, {
    error: ({ input }) => instead[String(input)] ?? `must be one of ${values.join(', ')}`,
  });

const NO_SCST = 'needs SCST, which is not supported: use lioadm, which the kernel has built in';
const NO_IET = 'is of the iSCSI Enterprise Target, which is no longer maintained: use lioadm or tgtadm';
const NO_CHELSIO = 'needs the Chelsio target, which is not supported: use lioadm';
const NO_RDMA = 'needs RDMA, which is not supported:';

const port = () => z.int().min(1).max(65_535);

const shape = {
  volume_group: z
    .string()
    .regex(/^(?!\.{1,2}$)[A-Za-z0-9_+.][A-Za-z0-9_+.-]{0,126}$/, { error: 'must be the name of a volume group' })
    .default('cinder-volumes')
    .describe('Volume group that holds the volumes; it must be there'),
  lvm_type: choice(['default', 'thin', 'auto'], {})
    .default('auto')
    .describe(
      'default: thick volumes; thin: in a thin pool, made when missing; auto: thin where the pool is there or the group is empty',
    ),
  lvm_mirrors: z
    .int()
    .min(0)
    .max(7)
    .default(0)
    .describe('Copies of each thick volume besides the first, each on another disk, as RAID 1'),
  lvm_conf_file: z
    .string()
    .min(1)
    .default('/etc/cinder/lvm.conf')
    .describe("lvm.conf to use instead of the system's; ignored when it is not there; None: never"),
  lvm_suppress_fd_warnings: z.boolean().default(false).describe('Keeps LVM from warning of open file descriptors'),
  ...commonOptions,
  volume_clear: choice(['zero', 'none'], {
    shred: 'overwriting several times gains nothing on the disks of today: use zero',
  })
    .default('zero')
    .describe('What is done with the bytes of a thick volume or snapshot when it is deleted'),
  volume_clear_size: z
    .int()
    .min(0)
    .max(1024)
    .default(0)
    .describe('MiB to clear at the start of a deleted volume; 0: all'),
  volume_clear_ionice: z
    .string()
    .regex(/^-c[0-3]( -n[0-7])?$/, { error: 'must be as ionice takes it, such as -c3' })
    .optional()
    .describe('Priority of clearing, as ionice takes it: -c3 only when the disk is idle'),
  volume_dd_blocksize: z
    .string()
    .refine((text) => blockBytes(text) >= DIRECT_BYTES && blockBytes(text) % DIRECT_BYTES === 0, {
      error: `must be a multiple of ${DIRECT_BYTES} bytes, such as 1M`,
    })
    .default('1M')
    .describe('How much dd copies at a time'),
  ...attachOptions,
  target_protocol: choice(['iscsi', 'nvmet_tcp'], {
    iser: `${NO_RDMA} use iscsi`,
    nvmet_rdma: `${NO_RDMA} use nvmet_tcp`,
  })
    .default('iscsi')
    .describe('How hosts reach the volumes'),
  target_helper: choice(['tgtadm', 'lioadm', 'nvmet'], {
    scstadmin: NO_SCST,
    scst: NO_SCST,
    ietadm: NO_IET,
    iet: NO_IET,
    iscsictl: NO_CHELSIO,
    cxt: NO_CHELSIO,
    'spdk-nvmeof': 'needs SPDK, which is not supported: use nvmet, the NVMe-oF target of the kernel',
    fake: 'exports nothing: use lioadm',
  })
    .default('tgtadm')
    .describe('What exports the volumes: tgtadm (tgt), lioadm (LIO of the kernel), nvmet (NVMe-oF of the kernel)'),
  target_prefix: z
    .string()
    .min(1)
    .default('iqn.2010-10.org.openstack:')
    .describe("What precedes the volume's name in that of its target"),
  target_ip_address: z
    .string()
    .min(1)
    .optional()
    .describe("Address that hosts reach the targets at; this host's first unless given"),
  target_secondary_ip_addresses: z
    .array(z.string().min(1))
    .default([])
    .describe('Further addresses, for several paths'),
  target_port: port().default(3260).describe('Port of the targets'),
  iscsi_write_cache: choice(['on', 'off'], {})
    .default('on')
    .describe('Whether tgt acknowledges writes that are not yet on the disk'),
  use_chap_auth: z.boolean().default(false).describe('Whether hosts must log in with CHAP'),
  chap_username: z.string().default('').describe('CHAP name of all volumes; one is made up for each unless given'),
  chap_password: secret().optional().describe('CHAP password of all volumes; one is made up for each unless given'),
  nvmet_port_id: port().default(1).describe("Number of the kernel's NVMe-oF port"),
  nvmet_ns_id: z.int().min(1).max(8192).default(10).describe('Number of the namespace in its subsystem'),
  nvmeof_conn_info_version: z
    .int()
    .min(1)
    .max(2)
    .default(1)
    .describe("Shape of the connection info for NVMe-oF: 1 is Cinder's former, 2 lists several portals"),
  volumes_dir: z
    .string()
    .startsWith('/')
    .default('/var/lib/scoria/volumes')
    .describe('Where the files are that tgt reads when it starts'),
  filter_function: z.string().optional().describe("Cinder's scheduler option; kept, and without effect"),
  goodness_function: z.string().optional().describe("Cinder's scheduler option; kept, and without effect"),
};

type Given = z.output<z.ZodObject<typeof shape>>;

/** What does not go together: the option that is wrong, whether it is, and what would fit. */
const MISFITS: readonly (readonly [option: keyof Given, is: (given: Given) => boolean, message: string])[] = [
  [
    'target_protocol',
    ({ target_helper, target_protocol }) => target_helper === 'nvmet' && target_protocol !== 'nvmet_tcp',
    'does not fit target_helper nvmet, which needs nvmet_tcp',
  ],
  [
    'target_protocol',
    ({ target_helper, target_protocol }) => target_helper !== 'nvmet' && target_protocol !== 'iscsi',
    'needs target_helper nvmet; tgtadm and lioadm need target_protocol iscsi',
  ],
  [
    'use_chap_auth',
    ({ target_helper, use_chap_auth }) => target_helper === 'nvmet' && use_chap_auth,
    'is not for nvmet, which has no CHAP of this kind: leave it out, or use target_helper lioadm',
  ],
  [
    'lvm_mirrors',
    ({ lvm_mirrors, lvm_type }) => lvm_mirrors > 0 && lvm_type === 'thin',
    'has no meaning for thin volumes, which have no mirrors: mirror the disks below the group, or use lvm_type default',
  ],
];

export const lvmOptions = z.strictObject(shape).superRefine((given, context) => {
  for (const [option, is, message] of MISFITS) {
    if (is(given)) context.addIssue({ code: 'custom', path: [option], message });
  }
});

export type LvmOptions = z.output<typeof lvmOptions>;
