// Gives random commands to a log, and says on standard output what each came to, until it is killed.
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import fc from 'fast-check';
import { isRight } from 'fp-ts/lib/Either.js';
import { type Command, createEngine, silentLogger } from '../src/index.ts';
import type { Acknowledged } from './acknowledged.ts';
import { BACKEND } from './backend.ts';

const [log = '', seed = '1'] = process.argv.slice(2);
const COMMANDS = 100_000;
const GIBIBYTES = 8;

await using engine = await createEngine({ log, ifMissing: 'refuse', logger: silentLogger, user: 'ada' });
const backend = await engine.backend(BACKEND);

/** What there is decides what can be asked for; the numbers decide which of it. */
const nextCommand = async ([what, which, size]: readonly [number, number, number]): Promise<Command> => {
  const volumes = await backend.volumes();
  const volume = volumes[which % Math.max(1, volumes.length)];
  if (volume === undefined || (what < 3 && volumes.length < 20)) {
    return { type: 'CreateVolume', backend: BACKEND, id: randomUUID(), size: 1 + (size % 2) };
  }
  const volume_id = volume.id;
  const snapshot_id = volume.snapshots.at(-1)?.id;
  const connection_id = volume.connections.at(-1)?.id;
  const more: readonly Command[] = [
    { type: 'ExtendVolume', volume_id, size: Math.min(GIBIBYTES, volume.size + 1) },
    { type: 'CreateSnapshot', volume_id, id: randomUUID() },
    { type: 'CloneVolume', volume_id, id: randomUUID() },
    { type: 'ConnectVolume', volume_id, id: randomUUID(), connector: { host: 'node7' } },
    ...(snapshot_id === undefined
      ? []
      : [
          { type: 'DeleteSnapshot', volume_id, snapshot_id } as const,
          { type: 'RevertToSnapshot', volume_id, snapshot_id } as const,
          { type: 'CreateVolumeFromSnapshot', volume_id, snapshot_id, id: randomUUID() } as const,
        ]),
    ...(connection_id === undefined ? [] : [{ type: 'DisconnectVolume', volume_id, connection_id } as const]),
    { type: 'DeleteVolume', volume_id },
  ];
  return more[what % more.length] as Command;
};

const acknowledge = (acknowledged: Acknowledged): void => void writeSync(1, `${JSON.stringify(acknowledged)}\n`);

const anyNumber = fc.nat({ max: 1_000 });
const numbers = fc.sample(fc.tuple(fc.nat({ max: 30 }), anyNumber, anyNumber), {
  seed: Number(seed),
  numRuns: COMMANDS,
});
for (const drawn of numbers) {
  const command = await nextCommand(drawn);
  const commandId = randomUUID();
  const outcome = await engine.execute(command, { commandId });
  acknowledge({ commandId, command: command.type, code: isRight(outcome) ? null : outcome.left.code });
}
