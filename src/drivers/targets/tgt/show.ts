/** A target as tgtd tells of it (`tgtadm --mode target --op show`). */
export interface TgtTarget {
  readonly tid: number;
  readonly name: string;
  readonly sessions: readonly TgtSession[];
  readonly luns: readonly TgtLun[];
  /** Those by which initiators show who they are. */
  readonly accounts: readonly string[];
  /** Names of initiators and addresses, of which one that fits is enough; `ALL` lets everybody in. */
  readonly acl: readonly string[];
}

export interface TgtSession {
  readonly sid: number;
  readonly initiator: string;
  readonly connections: readonly number[];
}

export interface TgtLun {
  readonly lun: number;
  readonly scsiId: string;
  readonly scsiSn: string;
  readonly discards: boolean;
  /** `null` for the controller, which is LUN 0. */
  readonly path: string | null;
  /** `sync`, `direct`, or nothing. */
  readonly openFlags: string;
}

export const parseTargets = (text: string): readonly TgtTarget[] =>
  text
    .split(/^(?=Target \d+: )/m)
    .filter((part) => /^Target /.test(part))
    .map(parseTarget);

const parseTarget = (text: string): TgtTarget => {
  const [, tid, name = ''] = /^Target (\d+): (\S+)/.exec(text) ?? [];
  return {
    tid: Number(tid),
    name,
    sessions: parts(section(text, /I_T nexus information/), /I_T nexus/).map(([sid, session]) => ({
      sid: Number(sid),
      initiator: field(session, /Initiator/).split(' alias:')[0] ?? '',
      connections: [...session.matchAll(/^ *Connection: (\d+)$/gm)].map(([, cid]) => Number(cid)),
    })),
    luns: parts(section(text, /LUN information/), /LUN/).map(([lun, device]) => ({
      lun: Number(lun),
      scsiId: field(device, /SCSI ID/),
      scsiSn: field(device, /SCSI SN/),
      discards: field(device, /Thin-provisioning/) === 'Yes',
      path: field(device, /Backing store path/) === 'None' ? null : field(device, /Backing store path/),
      openFlags: field(device, /Backing store flags/),
    })),
    accounts: lines(section(text, /Account information/)).filter((account) => !account.endsWith(' (outgoing)')),
    acl: lines(section(text, /ACL information/)),
  };
};

/** What is indented below a title. */
const section = (text: string, title: RegExp): string =>
  new RegExp(`^    ${title.source}:\n((?: {8}.*\n?)*)`, 'm').exec(text)?.[1] ?? '';

const parts = (text: string, title: RegExp): readonly (readonly [string, string])[] =>
  text
    .split(new RegExp(`^ {8}${title.source}: `, 'm'))
    .slice(1)
    .map((part) => [part.split('\n')[0] ?? '', part] as const);

const field = (text: string, name: RegExp): string =>
  new RegExp(`^ *${name.source}: *(.*?) *$`, 'm').exec(text)?.[1] ?? '';

const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
