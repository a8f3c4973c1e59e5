import { AuditKeyRotated, AuditStarted, CheckpointSigned, RollbackAccepted } from '../domain/audit/audit.ts';
import { BackendAdded, BackendAdditionFailed, BackendAdditionRequested } from '../domain/backend/add.ts';
import {
  BackendOperationClaimed,
  BackendOperationOffered,
  BackendOutcomeUnknown,
} from '../domain/backend/aggregate.ts';
import { BackendChanged, BackendChangeFailed, BackendChangeRequested } from '../domain/backend/change.ts';
import {
  ResourceDeleted,
  ResourceDeletionFailed,
  ResourceDeletionRequested,
} from '../domain/backend/delete-resource.ts';
import {
  BackendFreezeFailed,
  BackendFreezeRequested,
  BackendFrozen,
  BackendThawed,
  BackendThawFailed,
  BackendThawRequested,
} from '../domain/backend/freeze.ts';
import { BackendImported } from '../domain/backend/import.ts';
import { BackendRemovalFailed, BackendRemovalRequested, BackendRemoved } from '../domain/backend/remove.ts';
import { BackendStatsChanged } from '../domain/backend/stats.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { KeyValueDeleted, KeyValueImported, KeyValueSet } from '../domain/keyvalue/key-value.ts';
import { eventDefinitions } from '../domain/streams.ts';
import { because, type Saying, saying, sourceOf, type Words } from './saying.ts';
import { volumeWords } from './volume-words.ts';

const backendWords: readonly Saying[] = [
  saying(BackendAdditionRequested, ({ backend }) => `backend addition requested: driver ${backend.driver}`),
  saying(BackendAdded, 'backend added'),
  saying(BackendAdditionFailed, ({ failure }) => `backend addition failed: ${because(failure)}`),
  saying(BackendChangeRequested, ({ options }) => {
    const names = Object.keys(options);
    return `backend change requested: ${names.length === 0 ? 'no options' : `options ${names.join(', ')}`}`;
  }),
  saying(BackendChanged, 'backend changed'),
  saying(BackendChangeFailed, ({ failure }) => `backend change failed: ${because(failure)}`),
  saying(BackendRemovalRequested, 'backend removal requested'),
  saying(BackendRemoved, 'backend removed'),
  saying(BackendRemovalFailed, ({ failure }) => `backend removal failed: ${because(failure)}`),
  saying(BackendStatsChanged, ({ stats: { pools } }) => {
    const free = pools.map(({ pool_name, free_capacity_bytes }) => `${gib(free_capacity_bytes)} GiB in ${pool_name}`);
    return `backend stats changed: free are ${free.join(', ') || 'no pools'}`;
  }),
  saying(BackendFreezeRequested, 'backend freeze requested'),
  saying(BackendFrozen, 'backend frozen'),
  saying(BackendFreezeFailed, ({ failure }) => `backend freeze failed: ${because(failure)}`),
  saying(BackendThawRequested, 'backend thaw requested'),
  saying(BackendThawed, 'backend thawed'),
  saying(BackendThawFailed, ({ failure }) => `backend thaw failed: ${because(failure)}`),
  saying(
    ResourceDeletionRequested,
    ({ reference, resource }) => `deletion of ${reference} requested, which only the array has (${resource.kind})`,
  ),
  saying(ResourceDeleted, ({ reference }) => `${reference} deleted from the array`),
  saying(ResourceDeletionFailed, ({ reference, failure }) => `deletion of ${reference} failed: ${because(failure)}`),
  saying(BackendOutcomeUnknown, ({ question }) => `outcome unknown: ${question}`),
  saying(BackendOperationClaimed, ({ from_executor }) => `operation taken over from ${from_executor}`),
  saying(BackendOperationOffered, ({ hosts, until }) => `operation offered to ${hosts.join(', ')} until ${until}`),
  saying(BackendImported, (data) => `backend imported from ${sourceOf(data)}`),
];

/** Whole tenths, cut off: what is free is not rounded up. */
const gib = (bytes: number): string => String(Math.floor((bytes * 10) / 1024 ** 3) / 10);

/** Values stay out: consumers keep connector properties in them. */
const keyValueWords: readonly Saying[] = [
  saying(KeyValueSet, 'value set'),
  saying(KeyValueDeleted, 'value deleted'),
  saying(KeyValueImported, (data) => `value imported from ${sourceOf(data)}`),
];

const auditWords: readonly Saying[] = [
  saying(AuditStarted, ({ origin }) => `audit started as ${origin}`),
  saying(CheckpointSigned, ({ size }) => `checkpoint signed over ${size} events`),
  saying(AuditKeyRotated, ({ key }) => `audit key rotated to ${key}`),
  saying(
    RollbackAccepted,
    ({ abandoned_origin, origin }) =>
      `rollback accepted: what ${abandoned_origin} sealed last is lost, it goes on as ${origin}`,
  ),
];

/** By type of event. */
export const words: ReadonlyMap<string, Words> = new Map([
  ...volumeWords,
  ...backendWords,
  ...keyValueWords,
  ...auditWords,
]);

export const wordsOf = ({ type, v, data }: RecordedEvent): string => {
  const say = eventDefinitions.get(type)?.version === v ? words.get(type) : undefined;
  return say?.(data) ?? `${type}, in a version that this Scoria does not know`;
};
