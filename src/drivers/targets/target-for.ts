import type { MakeTarget } from './contract.ts';

export type TargetHelper = 'lioadm' | 'tgtadm' | 'nvmet';

const makers: Readonly<Record<TargetHelper, () => Promise<MakeTarget>>> = {
  lioadm: async () => (await import('./lio.ts')).lioTarget,
  tgtadm: async () => (await import('./tgt.ts')).tgtTarget,
  nvmet: async () => (await import('./nvmet.ts')).nvmetTarget,
};

/** What makes targets of Cinder's `target_helper`. Loaded when asked for, so that a process pays for what it uses. */
export const targetFor = (helper: TargetHelper): Promise<MakeTarget> => makers[helper]();
