import type { Backend, Command, Engine, Volume } from '../src/index.ts';
import type { Drawn } from './drawn.ts';
import type { Task } from './labels.ts';

export const BACKEND = 'store';

interface Besides<Type extends Task> {
  readonly type: Type;
}

export type Chosen = Command | Besides<'Recover'> | Besides<'Look'> | Besides<'Reconcile'>;

const MOST_VOLUMES = 16;
const MOST_GIB = 8;
const KEY = 'key';
/** As every target takes it. */
const ANOTHER_HOST = {
  host: 'node7',
  initiator: 'iqn.1993-08.org.debian:01:node7',
  nqn: 'nqn.2014-08.org.nvmexpress:uuid:00000000-0000-4000-8000-000000000007',
};

/** What can be asked of a volume as it stands, as far as one can see. */
const onVolume = (volume: Volume, drawn: Drawn, attaches: boolean): readonly Command[] => {
  const volume_id = volume.id;
  const snapshot_id = volume.snapshots.at(-1)?.id;
  const connection = volume.connections.at(-1);
  const isFree = connection === undefined;
  const free: readonly Command[] = [
    { type: 'ConnectVolume', volume_id, id: drawn.uuid(), connector: ANOTHER_HOST },
    ...(attaches ? [{ type: 'AttachVolume', volume_id, id: drawn.uuid() } as const] : []),
    ...(snapshot_id === undefined
      ? [{ type: 'DeleteVolume', volume_id } as const]
      : [{ type: 'RevertToSnapshot', volume_id, snapshot_id } as const]),
  ];
  const held: readonly Command[] = isFree
    ? []
    : [
        { type: 'EnsureVolumeExport', volume_id },
        { type: connection.attached ? 'DetachVolume' : 'DisconnectVolume', volume_id, connection_id: connection.id },
      ];
  return [
    { type: 'ExtendVolume', volume_id, size: Math.min(MOST_GIB, volume.size + 1) },
    { type: 'CreateSnapshot', volume_id, id: drawn.uuid() },
    { type: 'CloneVolume', volume_id, id: drawn.uuid() },
    { type: 'RenameVolume', volume_id, name: drawn.uuid() },
    { type: 'SetVolumeMetadata', volume_id, metadata: { [`key${drawn.number(3)}`]: drawn.uuid() } },
    ...(snapshot_id === undefined
      ? []
      : ([
          { type: 'DeleteSnapshot', volume_id, snapshot_id },
          { type: 'CreateVolumeFromSnapshot', volume_id, snapshot_id, id: drawn.uuid() },
        ] as const)),
    ...(isFree ? free : held),
  ];
};

/** Also one that a dead process was about to freeze. */
const isFrozen = ({ record }: Backend): boolean => record.frozen !== 'thawed';

const MAKING: readonly Task[] = ['CreateVolume', 'CloneVolume', 'CreateVolumeFromSnapshot', 'CreateSnapshot'];

const setKeyValue = (drawn: Drawn): Command => ({ type: 'SetKeyValue', key: KEY, value: drawn.uuid() });

const onBackend = (backend: Backend, drawn: Drawn): readonly Chosen[] => [
  { type: 'CreateVolume', backend: BACKEND, id: drawn.uuid(), size: 1 + drawn.number(2) },
  setKeyValue(drawn),
  { type: 'DeleteKeyValue', key: KEY },
  { type: 'RefreshBackendStats', name: BACKEND },
  { type: 'Recover' },
  { type: 'Look' },
  { type: 'Reconcile' },
  { type: isFrozen(backend) ? 'ThawBackend' : 'FreezeBackend', name: BACKEND },
];

/** One in so many tasks is none of a volume. */
const OFF_VOLUMES = 4;

/** What there is decides what can be asked for, the numbers decide which of it. Goes `towards` a task, half of the time. */
export const nextTask = async (
  engine: Engine,
  drawn: Drawn,
  towards: Task | null,
  attaches: boolean,
): Promise<Chosen> => {
  const backend = await engine.backend(BACKEND);
  const volumes = await backend.volumes();
  if (isFrozen(backend) && drawn.number(2) === 0) return { type: 'ThawBackend', name: BACKEND };
  const offVolumes = onBackend(backend, drawn);
  const isFull = volumes.length >= MOST_VOLUMES;
  if (towards !== null && drawn.number(2) === 0) {
    // Nothing to thaw before it is frozen, nor to delete before it is set.
    if (towards === 'ThawBackend' && !isFrozen(backend)) return { type: 'FreezeBackend', name: BACKEND };
    if (towards === 'DeleteKeyValue' && (await engine.keyValues.get(KEY)) === null) return setKeyValue(drawn);
    const all = [...offVolumes, ...volumes.flatMap((volume) => onVolume(volume, drawn, attaches))];
    const [one, ...more] = all.filter(({ type }) => type === towards);
    if (one !== undefined) return drawn.one([one, ...more]);
  }
  const [first, ...others] = volumes;
  if (first === undefined || volumes.length < 3) return offVolumes[0] as Chosen;
  if (drawn.number(OFF_VOLUMES) === 0) {
    // Frozen, hardly anything can be tried.
    const rarely = drawn.number(3) === 0 ? 0 : 1;
    const all = isFull ? offVolumes.slice(1) : offVolumes;
    return drawn.one(all.slice(0, all.length - rarely) as [Chosen, ...Chosen[]]);
  }
  const wanted = onVolume(drawn.one([first, ...others]), drawn, attaches);
  const fitting = wanted.filter(({ type }) => !isFull || !MAKING.includes(type));
  return drawn.one(fitting as [Command, ...Command[]]);
};
