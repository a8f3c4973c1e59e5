import { createEngine, defineDriver, defineProjection, ScoriaError } from 'scoria';

const seen = defineProjection<number>({
  name: 'seen',
  version: 1,
  fold: (rows, { type }) => rows.set(type, (rows.get(type) ?? 0) + 1),
});

await using engine = await createEngine({ log: ':memory:', projections: [seen] });
const backend = await engine.addBackend({ name: 'array', driver: 'memory' });
const volume = await backend.createVolume({ size: 2, name: 'data' });
const refused = await volume.extend(1).catch((error: unknown) => error);
if (!(refused instanceof ScoriaError)) throw new Error('a volume was made smaller');
console.log(volume.name, refused.code, typeof defineDriver, (await (await engine.view()).projection('seen')).length);
