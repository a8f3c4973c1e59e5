/** What an engine does where its options do not say. Without imports, so that help can show it. */
export const ENGINE_DEFAULTS = {
  project: 'scoria',
  rootHelper: 'sudo',
  osBrickPython: '/usr/bin/python3',
  nonUuidIds: false,
  shredDeleted: false,
  operationsPerBackend: Number.POSITIVE_INFINITY,
  busyTimeoutMs: 30_000,
  leaseMs: 15_000,
  lockTimeoutMs: 10_000,
  catchUpTimeoutMs: 60_000,
  effectTimeoutMs: 3_600_000,
  stopTimeoutMs: 5_000,
  reconcileTimeoutMs: 10_000,
  offerTimeoutMs: 60_000,
  drainTimeoutMs: 60_000,
} as const;
