import type { Globals } from '../globals.ts';
import { Interrupted, interruption } from '../interruption.ts';
import { quoted } from '../quoted.ts';
import { openSession, type Session } from '../session.ts';
import { Access, type DeviceKind } from './access.ts';
import { type LookBack, lookBack } from './look-back.ts';
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
  await using session = await openSession({ ...globals, log: place.log, config: null }, 'create');
  const before = (await session.engine.view()).position;
  await say(`Scoria's quickstart: real volumes in ${place.volumes}, recorded in ${place.log}\n`);
  const access = new Access(say);
  const tour = new Tour(session.engine, contextOf(session), access, say, interruption);
  await takeTour(tour, place.volumes).catch(async (error) => {
    await tour.detachAll();
    if (!interruption.aborted) throw error;
    await tour.deleteAll();
    throw new Interrupted(interruption.reason.signal, `the volumes are deleted again; the log is ${place.log}`);
  });
  const past = await lookBack(session.engine, { before, during: tour.during, volumeId: tour.firstVolumeId }, say);
  const next = nextCommands(place, tour.during.position);
  await say(`\nThe log is ${place.log}, the volumes' directory ${place.volumes}. Three commands to try next:`);
  for (const command of next) await say(`  ${command}`);
  const { log, volumes } = place;
  return { log, volumes_directory: volumes, device: access.kind, steps: tour.steps, ...past, next };
};

/** The tour gives many commands, and one command id is for one. */
const contextOf = ({ context: { reason } }: Session) => (reason === undefined ? {} : { reason });

const nextCommands = ({ log }: Place, position: bigint): readonly string[] => {
  const scoria = `npm run --silent scoria -- --log ${quoted(log)}`;
  return [
    `${scoria} history`,
    `${scoria} volume list --at ${position}`,
    `${scoria} volume create quickstart 1 --name mine --reason 'my first'`,
  ];
};
