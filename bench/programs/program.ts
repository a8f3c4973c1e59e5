import { fileURLToPath } from 'node:url';
import {
  type AuditOptions,
  type Backend,
  createEngine,
  type Engine,
  type EventLog,
  silentLogger,
} from '../../src/index.ts';
import { openLogAt } from '../../src/library/open-log.ts';
import { surroundingsOf } from '../../src/library/surroundings.ts';
import { isLogUrl } from '../../src/log-url.ts';

/** What the harness gave this process. */
export const given = <Given>(): Given => JSON.parse(process.argv[2] ?? '{}');

/** Hands figures to the harness. */
export const report = (figures: Readonly<Record<string, number>>): void => console.log(JSON.stringify(figures));

/** A log by its path or URL, as a storage is given it. */
export const opened = async (log: string) => {
  const options = { ifMissing: 'create', lockTimeoutMs: 10_000 } as const;
  if (!isLogUrl(log)) return { log, ...options };
  return { log: await openLogAt(log, { ...surroundingsOf({ logger: silentLogger }), ...options }), ...options };
};

export const openEngine = (log: string | EventLog, audit: AuditOptions = {}): Promise<Engine> =>
  createEngine({ log, user: 'ada', project: 'web', logger: silentLogger, audit });

export const noopBackend = (
  engine: Engine,
  options: { readonly chap?: boolean; readonly latency_ms?: number } = {},
): Promise<Backend> =>
  engine.addBackend({ name: 'noop', driver: fileURLToPath(new URL('../noop-driver.ts', import.meta.url)), options });

export const timed = async (work: () => unknown): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};
