import { v5 as uuid5 } from 'uuid';
import { exportInventory } from '../commands/cinderlib/export.ts';
import type { ExportNote } from '../commands/cinderlib/export-notes.ts';
import type { CommandContext } from '../commands/given.ts';
import { rejections, ScoriaError } from '../domain/errors.ts';
import { sealedIn } from '../domain/sealed.ts';
import type { VolumeDocument } from '../projections/documents.ts';
import type { DumpOptions } from '../projections/dump.ts';
import type { When } from '../projections/when.ts';
import type { BackendResources } from './backend.ts';
import type { View } from './view.ts';

export interface CinderlibExportOptions extends DumpOptions {
  /** The position or the time that it is about: now, unless given. */
  readonly at?: When | undefined;
  /** With the credentials of volumes and connections in the open. Needs a reason, which is recorded first. */
  readonly showSecrets?: boolean | undefined;
  /** Hears what does not come along, thing by thing. */
  readonly onNote?: ((note: ExportNote) => void) | undefined;
}

type Resources = Pick<BackendResources, 'commands' | 'opened'>;

export async function* exportCinderlib(
  view: View,
  options: CinderlibExportOptions,
  { commands, opened }: Resources,
  context: CommandContext,
): AsyncGenerator<string> {
  const { at, withConfiguration = false, showSecrets = false, onNote = () => {} } = options;
  const volumes = view.volumes();
  if (showSecrets) {
    if (at !== undefined) throw new ScoriaError(secretsOfThePast);
    await recordShowing(volumes, commands, context);
  }
  const inventory = { backends: view.backends(), volumes, keyValues: view.keyValues() };
  const open = (volume: VolumeDocument) => opened(volume.id, volume);
  yield* exportInventory(inventory, { withConfiguration, opened: showSecrets ? open : null, onNote });
}

/** For all of them, before any is shown. */
const recordShowing = async (
  volumes: readonly VolumeDocument[],
  commands: Resources['commands'],
  { commandId, ...context }: CommandContext,
): Promise<void> => {
  for (const volume of volumes) {
    if (sealedIn(volume).length === 0) continue;
    const own = commandId === undefined ? {} : { commandId: uuid5(volume.id, commandId) };
    await commands.give('ShowSecrets', { volume_id: volume.id }, { ...context, ...own });
  }
};

const secretsOfThePast = rejections.InvalidInput(
  'credentials are shown as they are now, and not as they were',
  'leave out `at`, or `showSecrets`',
);
