import type { HostEnvironment } from '../../connectors/environment.ts';
import type { Driver } from '../../drivers/contract.ts';
import { releaseOn } from './host-bytes.ts';
import type { Ledger, Made } from './made.ts';

/** What a check made and could not take away again. */
export interface Leftover {
  readonly kind: Made['kind'];
  readonly id: string;
  readonly volume_id: string;
  /** What the driver said, or that it said nothing and the thing is there still. */
  readonly why: string;
}

export interface CleanUpTools {
  readonly driver: Driver;
  /** Detaches from this host what a connection may have attached. */
  readonly release: (made: Extract<Made, { readonly kind: 'connection' }>) => Promise<void>;
}

/** Connections first, then the newest first: what others were made from goes last. */
const ORDER: readonly Made['kind'][] = ['connection', 'snapshot', 'volume'];
const inOrder = (there: readonly Made[]): readonly Made[] =>
  ORDER.flatMap((kind) => there.toReversed().filter((made) => made.kind === kind));

/** Takes away all that the ledger holds, as far as it goes, and answers what is left. Goes on past every error. */
export const cleanUp = async (ledger: Ledger, tools: CleanUpTools): Promise<readonly Leftover[]> => {
  for (;;) {
    const leftovers: Leftover[] = [];
    const before = ledger.there.length;
    for (const made of inOrder(ledger.there)) {
      const why = await remove(made, tools);
      if (why === null) await ledger.forget(made);
      else leftovers.push({ kind: made.kind, id: made.id, volume_id: made.volume.id, why });
    }
    // What depended on something may go once that has gone.
    if (leftovers.length === 0 || ledger.there.length === before) return leftovers;
  }
};

const remove = async (made: Made, tools: CleanUpTools): Promise<string | null> => {
  const refusal = await removed(made, tools).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  try {
    const isThere = await remains(made, tools.driver);
    if (isThere === null) return refusal;
    if (!isThere) return null;
    return refusal ?? 'the driver says that it is deleted, and finds it still';
  } catch (error) {
    return refusal ?? `the driver cannot say whether it is gone: ${(error as Error).message}`;
  }
};

const removed = async (made: Made, { driver, release }: CleanUpTools): Promise<void> => {
  if (made.kind === 'volume') {
    // Its last connection may have ended without it.
    await driver.removeExport(made.volume).catch(() => {});
    return driver.deleteVolume(made.volume);
  }
  if (made.kind === 'snapshot') return driver.snapshots?.deleteSnapshot(made.snapshot, made.volume);
  await release(made);
  await driver.terminateConnection(made.volume, made.connection, { force: true, others: [] });
  await driver.removeExport(made.volume);
};

/** `null` where there is no way to ask. */
const remains = async (made: Made, driver: Driver): Promise<boolean | null> => {
  if (made.kind === 'volume') return (await driver.findVolume(made.volume)) !== null;
  if (made.kind === 'snapshot') return (await driver.snapshots?.findSnapshot(made.snapshot, made.volume)) != null;
  return null;
};

/** What a connection may have attached is detached from this host; what never was is no matter. */
export const releasing =
  (host: HostEnvironment): CleanUpTools['release'] =>
  async ({ connection: { connection_info: info } }) => {
    if (info !== null) await releaseOn(host, info).catch(() => {});
  };
