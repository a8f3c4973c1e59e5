import { holds, same } from '../../asserting.ts';
import { CannotCheck } from '../cannot-check.ts';
import { check } from '../check.ts';

/** Stats, creating, finding and deleting volumes. */
export const volumeChecks = [
  check(
    'has a name, a description and a connector schema that fit',
    [],
    async ({ subject: { definition, connector } }) => {
      holds(definition.name !== '', 'the definition needs a name');
      holds(definition.description !== '', 'the definition needs a description: `driver list` shows it');
      const parsed = definition.connector.safeParse(connector);
      holds(
        parsed.success,
        `the definition's connector schema refuses this host's properties: ${parsed.error?.message}`,
      );
      holds(
        !definition.connector.safeParse({}).success,
        "the definition's connector schema must refuse a connector of {}",
      );
    },
  ),

  check('may be set up again', [], async (trial) => {
    await trial.driver.setup();
    await trial.leftNothing('after the driver was set up again');
  }),

  check('reports stats that change when a volume is created and deleted', [], async (trial) => {
    const { multiattach, provisioned_capacity_bytes: before } = await trial.pool();
    same(multiattach, trial.has('multiattach'), 'the pool and the driver do not say the same of multiattach');
    const volume = await trial.created();
    const provisioned = (await trial.pool()).provisioned_capacity_bytes;
    const said = 'provisioned_capacity_bytes must grow by the size of a volume that is created';
    trial.sameSize(BigInt(provisioned - before), trial.size, said);
    await trial.driver.deleteVolume(volume);
    const after = (await trial.pool()).provisioned_capacity_bytes;
    same(after, before, 'provisioned_capacity_bytes must be what it was once the volume is deleted');
  }),

  check('creates a volume of the size asked for', [], async (trial) => {
    const volume = await trial.created({ size: trial.size + 1 });
    await trial.hasSize(volume, trial.size + 1, 'after createVolume');
  }),

  check('shows a host the size asked for', ['bytes'], async (trial) => {
    const volume = await trial.created({ size: trial.size + 1 });
    const seen = await trial.attached(volume, (bytes) => bytes.sizeBytes());
    trial.sameSize(seen, trial.size + 1, 'the device has another size in bytes than the volume');
  }),

  check('finds a volume with the model update of its creation, and none before or after', [], async (trial) => {
    const volume = trial.volume();
    await trial.isGone(volume, 'before the volume is created');
    const update = await trial.driver.createVolume(volume);
    const found = await trial.driver.findVolume(volume);
    holds(found !== null, 'findVolume answers null for a volume that was created');
    same(found?.modelUpdate, update, 'findVolume must answer the model update that createVolume answered');
    await trial.driver.deleteVolume(volume);
    await trial.isGone(volume, 'after the volume is deleted');
  }),

  check('creates a volume that is there already, and leaves it as it is', [], async (trial) => {
    const volume = await trial.created();
    await trial.driver.createVolume(volume);
    await trial.hasSize(volume, trial.size, 'after createVolume was repeated');
  }),

  check('creates a volume that is there already without touching its bytes', ['bytes'], async (trial) => {
    const volume = await trial.created();
    const written = await trial.fill(volume);
    await trial.driver.createVolume(volume);
    await trial.reads(volume, written, 'createVolume, repeated, must not touch the bytes of the volume that is there');
  }),

  check('refuses to create another volume in the place of one', [], async (trial) => {
    const volume = await trial.created();
    const larger = { ...volume, size: trial.size + 1 };
    await trial.refused('a volume of another size under an id that is taken', trial.driver.createVolume(larger));
    await trial.hasSize(volume, trial.size, 'after another size was refused');
  }),

  check('deletes twice, and what never was', [], async (trial) => {
    const volume = await trial.created();
    await trial.driver.deleteVolume(volume);
    await succeeds('deleteVolume of what is gone must succeed', trial.driver.deleteVolume(volume));
    await succeeds('deleteVolume of what never was must succeed', trial.driver.deleteVolume(trial.volume()));
    await trial.leftNothing('after the volume was deleted');
  }),

  check('refuses a volume larger than the backend and leaves nothing', [], async (trial) => {
    const { tooLargeGiB } = trial.subject;
    if (tooLargeGiB === null) throw new CannotCheck('no size is known that the backend cannot hold');
    const before = (await trial.pool()).provisioned_capacity_bytes;
    const volume = trial.volume({ size: tooLargeGiB });
    await trial.refused(`a volume of ${tooLargeGiB} GiB`, trial.driver.createVolume(volume));
    await trial.leftNothing('after createVolume failed: a DriverFailure says that nothing is left behind');
    const after = (await trial.pool()).provisioned_capacity_bytes;
    same(after, before, 'provisioned_capacity_bytes counts something that createVolume left behind when it failed');
    const smaller = { ...volume, size: trial.size };
    await succeeds('after createVolume failed its id must be free again', trial.driver.createVolume(smaller));
  }),

  check('keeps several volumes apart', ['bytes'], async (trial) => {
    const sizes = [trial.size, trial.size + 1, trial.size];
    const volumes = await Promise.all(sizes.map((size) => trial.created({ size })));
    const written = [];
    for (const volume of volumes) written.push(await trial.fill(volume));
    for (const [index, volume] of volumes.entries()) {
      await trial.reads(volume, written[index] ?? [], 'a volume must keep its own bytes while others are written');
    }
    await Promise.all(volumes.map((volume) => trial.driver.deleteVolume(volume)));
    await trial.leftNothing('after the volumes were deleted at once');
  }),

  check('reads as zeros where nothing was written', ['bytes'], async (trial) => {
    const zeros = [new Uint8Array(1024), new Uint8Array(8192)];
    await trial.reads(await trial.created(), zeros, 'a new volume must read as zeros: never as what others left there');
  }),
];

/** Says what must succeed, when it does not. */
export const succeeds = async (said: string, call: Promise<unknown>): Promise<void> => {
  try {
    await call;
  } catch (error) {
    holds(false, `${said}; it ended in: ${error instanceof Error ? error.message : String(error)}`);
  }
};
