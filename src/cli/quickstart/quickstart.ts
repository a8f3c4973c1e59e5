import type { Globals } from '../globals.ts';
import { Interrupted, interruption } from '../interruption.ts';
import { quoted } from '../quoted.ts';
import type { Session } from '../session.ts';
import { Access, type DeviceKind } from './access.ts';
import { type LookBack, lookBack } from './look-back.ts';
import { openPlace } from './open.ts';
import { choosePlace, type Place } from './place.ts';
import { Tour, takeTour } from './tour.ts';

export type Say = (line: string) => Promise<void>;

export interface Summary extends LookBack {
  readonly log: string;
  readonly volumes_directory: string;
  readonly device: DeviceKind;
  readonly steps: readonly { readonly step: string; readonly did: string }[];
  readonly next: readonly string[];
}

/** The newcomer's first minute: everything below happens on real files, with the engine that everybody uses. */
export const quickstart = async (globals: Globals, say: Say): Promise<Summary> => {
  const place = await choosePlace(globals.log);
  await using session = await openPlace(place, globals, say);
  const volumes = await place.volumes();
  const before = (await session.engine.view()).position;
  await say(`Scoria's quickstart: real volumes in ${volumes}, recorded in ${place.log}\n`);
  const access = new Access(say);
  const tour = new Tour(session.engine, contextOf(session), access, say, interruption);
  await takeTour(tour, volumes).catch(async (error) => {
    await tour.detachAll();
    if (!interruption.aborted) throw error;
    await tour.deleteAll();
    throw new Interrupted(interruption.reason.signal, `the volumes are deleted again; the log is ${place.log}`);
  });
  const past = await lookBack(session.engine, { before, during: tour.during, volumeId: tour.firstVolumeId }, say);
  const next = nextCommands(place, tour.during.position);
  await say(`\nThe log is ${place.log}, the volumes' directory ${volumes}. ${count(next)} to try next:`);
  for (const command of next) await say(`  ${command}`);
  return { log: place.log, volumes_directory: volumes, device: access.kind, steps: tour.steps, ...past, next };
};

/** The tour gives many commands, and one command id is for one. */
const contextOf = ({ context: { reason } }: Session) => (reason === undefined ? {} : { reason });

const count = (commands: readonly string[]): string => (commands.length === 1 ? 'A command' : 'Three commands');

const nextCommands = ({ log, lasts }: Place, position: bigint): readonly string[] => {
  // A log in memory has ended with its process.
  if (!lasts) return ['npm run --silent scoria -- quickstart --log scoria.db'];
  const scoria = `npm run --silent scoria -- --log ${quoted(log)}`;
  return [
    `${scoria} history`,
    `${scoria} volume list --at ${position}`,
    `${scoria} volume create quickstart 1 --name mine --reason 'my first'`,
  ];
};
