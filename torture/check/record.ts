import type { RecordedEvent } from '../../src/domain/event.ts';
import { eventDefinitions } from '../../src/domain/streams.ts';
import { type Acknowledged, LEAVE_OPEN } from '../acknowledged.ts';

/** What these do is recorded whenever it is done; the others may have found nothing to do. */
const NEVER_NOTHING = [
  'CreateVolume',
  'CloneVolume',
  'CreateVolumeFromSnapshot',
  'CreateSnapshot',
  'RevertToSnapshot',
  'ConnectVolume',
  'AttachVolume',
  'RenameVolume',
  'SetVolumeMetadata',
  'SetKeyValue',
];

type Known = ReadonlyMap<string, readonly RecordedEvent[]>;

const byCommand = (events: readonly RecordedEvent[]): Known => Map.groupBy(events, ({ meta }) => meta.commandId);

/** What was acknowledged as done, and is not in the log. */
export const lostIn = (events: readonly RecordedEvent[], told: readonly Acknowledged[]): readonly string[] => {
  const known = byCommand(events);
  return told
    .filter(({ command, code, commandId }) => code === null && NEVER_NOTHING.includes(command) && !known.has(commandId))
    .map(({ command, commandId }) => `${command} ${commandId} was acknowledged, and the log does not know it`);
};

/** Why a command failed by the record; `null` when it was done, undefined when it has no outcome. */
const recordedCode = (events: readonly RecordedEvent[]): string | null | undefined => {
  const outcome = events.findLast(({ type }) => eventDefinitions.get(type)?.role === 'outcome');
  const isIntent = events.some(({ type }) => eventDefinitions.get(type)?.role === 'intent');
  if (outcome === undefined) return isIntent ? undefined : null;
  const { failure } = outcome.data as { readonly failure?: { readonly code: string } };
  return outcome.type.endsWith('Failed') ? (failure?.code ?? '') : null;
};

/** Where the log says otherwise than the caller was told. */
export const contradictedIn = (events: readonly RecordedEvent[], told: readonly Acknowledged[]): readonly string[] => {
  const known = byCommand(events);
  return told.flatMap(({ command, commandId, code }) => {
    const recorded = known.get(commandId);
    const says = recorded && recordedCode(recorded);
    if (recorded === undefined || LEAVE_OPEN.includes(code) || says === code) return [];
    return [`${command} ${commandId}: ${code ?? 'done'} was acknowledged, ${says ?? 'done'} is recorded`];
  });
};

/**
 * Outcomes that were recorded by others than those who held the operation: by its intent, or by a claim of it. A question
 * is nobody's: whoever repeats the command may settle it.
 */
export const unclaimedIn = (events: readonly RecordedEvent[]): readonly string[] =>
  [...byCommand(events)].flatMap(([commandId, of]) => {
    let holder: string | null = null;
    return of.flatMap(({ type, meta }) => {
      const role = eventDefinitions.get(type)?.role;
      if (role === 'intent' || role === 'claim') holder = meta.executor;
      if (role === 'unknown') holder = null;
      const isAstray = role === 'outcome' && holder !== null && holder !== meta.executor;
      return isAstray ? [`${type} of ${commandId} was recorded by ${meta.executor}, and ${holder} held it`] : [];
    });
  });
