import { rejections, ScoriaError } from '../domain/errors.ts';
import type { Engine } from '../library/engine.ts';

export interface PartOfVolume {
  readonly volume_id: string;
  readonly id: string;
}

const unlessNotFound = async <Found>(asked: Promise<Found>): Promise<Found | null> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ScoriaError && error.kind === 'not-found') return null;
    throw error;
  }
};

/** The id of the volume that has this id or, alone, this name. */
export const volumeId = async ({ engine }: { readonly engine: Engine }, given: string): Promise<string> => {
  const found = (await unlessNotFound(engine.volume(given))) ?? (await unlessNotFound(engine.volumeNamed(given)));
  if (found !== null) return found.id;
  const { ResourceId } = await import('../domain/volume/volume.ts');
  // The command knows deleted volumes too, and what to answer when it is repeated on one.
  if (ResourceId.safeParse(given).success) return given;
  throw new ScoriaError(rejections.VolumeNotFound(`there is no volume ${JSON.stringify(given)}`, hint('volume')));
};

export const snapshotId = async ({ engine }: { readonly engine: Engine }, given: string): Promise<PartOfVolume> => {
  const found = (await unlessNotFound(engine.snapshot(given))) ?? (await unlessNotFound(engine.snapshotNamed(given)));
  const known = found ?? (await deleted(engine, given));
  if (known !== null) return { volume_id: known.volume_id, id: known.id };
  throw new ScoriaError(rejections.SnapshotNotFound(`there is no snapshot ${JSON.stringify(given)}`, hint('snapshot')));
};

export const connectionId = async ({ engine }: { readonly engine: Engine }, given: string): Promise<PartOfVolume> => {
  const known = (await unlessNotFound(engine.connection(given))) ?? (await deleted(engine, given));
  if (known !== null) return { volume_id: known.volume_id, id: known.id };
  throw new ScoriaError(
    rejections.ConnectionNotFound(`there is no connection ${JSON.stringify(given)}`, hint('connection')),
  );
};

const hint = (what: string): string => `\`scoria ${what} list\` shows what there is`;

/** What is gone stands in the history still, so that its deletion can be repeated. */
const deleted = async (engine: Engine, id: string): Promise<PartOfVolume | null> => {
  const stream = await unlessNotFound(firstStream(engine, id));
  return stream?.startsWith('volume-') ? { volume_id: stream.slice('volume-'.length), id } : null;
};

const firstStream = async (engine: Engine, id: string): Promise<string | null> => {
  for await (const { stream } of (await engine.view()).history(id)) return stream;
  return null;
};
