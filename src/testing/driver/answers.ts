import { z } from 'zod';
import { problemsIn } from '../../commands/parse.ts';
import { BackendStatsSchema } from '../../domain/backend/backend.ts';
import { ArrayResourceSchema } from '../../domain/backend/resource.ts';
import { SnapshotModelUpdateSchema, VolumeModelUpdateSchema } from '../../domain/volume/model-update.ts';
import { ConnectionInfoSchema } from '../../domain/volume/volume.ts';
import type { Driver } from '../../drivers/contract.ts';
import { CAPABILITY_METHODS, CORE_METHODS } from '../../drivers/make-driver.ts';
import { Unlike } from '../asserting.ts';

const found = (modelUpdate: z.ZodType) =>
  z.strictObject({ sizeBytes: z.bigint().nonnegative(), modelUpdate: modelUpdate.optional() }).nullable();

/** What a method answers: its shape, and in words what would be right. What is not here answers nothing. */
const ANSWERS: Readonly<Record<string, readonly [schema: z.ZodType, right: string]>> = {
  stats: [BackendStatsSchema, 'a BackendStats'],
  ...Object.fromEntries(
    ['createVolume', 'createExport', 'cloneVolume', 'createVolumeFromSnapshot', 'manageExisting'].map((method) => [
      method,
      [
        VolumeModelUpdateSchema.nullish(),
        'nothing, or { provider_location?, provider_id?, replication_status?, metadata? }',
      ],
    ]),
  ),
  createSnapshot: [SnapshotModelUpdateSchema.nullish(), 'nothing, or { provider_location?, provider_id?, metadata? }'],
  findVolume: [found(VolumeModelUpdateSchema), 'null, or { sizeBytes: bigint, modelUpdate? }'],
  findResource: [ArrayResourceSchema.nullable(), 'null, or an ArrayResource'],
  findSnapshot: [found(SnapshotModelUpdateSchema), 'null, or { sizeBytes: bigint, modelUpdate? }'],
  initializeConnection: [ConnectionInfoSchema, '{ driver_volume_type: text, data: JSON }'],
};

/** The driver, with every answer looked at: one that is shaped otherwise, or that never comes, names its method. */
export const heardDriver = (driver: Driver): Driver => {
  const methodsOf = <Owner extends object>(owner: Owner, names: readonly string[]): Owner => {
    const members = owner as Readonly<Record<string, (...given: unknown[]) => Promise<unknown>>>;
    const heard = names.map((name) => [
      name,
      (...given: unknown[]) => hear(name, async () => members[name]?.(...given)),
    ]);
    return { ...owner, ...Object.fromEntries(heard) };
  };
  const parts = Object.entries(CAPABILITY_METHODS).flatMap(([name, methods]) => {
    const part = driver[name as keyof typeof CAPABILITY_METHODS];
    if (part === undefined) return [];
    return [[name, { ...part, ...methodsOf(part, methods) }]];
  });
  const { multiattach } = driver;
  return {
    ...methodsOf(driver, CORE_METHODS),
    ...Object.fromEntries(parts),
    ...(multiattach && { multiattach }),
    close: async () => driver.close?.(),
  };
};

const hear = async (method: string, call: () => Promise<unknown>): Promise<unknown> => {
  const never = Promise.withResolvers<never>();
  // When nothing is under way any more, nothing can bring the answer.
  const idle = () => never.reject(new Unlike(`${method} never ends: its promise is neither resolved nor rejected`));
  process.once('beforeExit', idle);
  const answer = await Promise.race([call(), never.promise]).finally(() => process.off('beforeExit', idle));
  const [schema, right] = ANSWERS[method] ?? [];
  const parsed = schema?.safeParse(answer);
  if (parsed?.success === false) {
    throw new Unlike(`${method} must answer ${right}; in its answer, ${problemsIn(parsed.error)}`);
  }
  return answer;
};
