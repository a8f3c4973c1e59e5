import type { AuditServices } from '../../commands/services.ts';
import type { EventLog } from '../../eventlog/port.ts';
import { noKeyFile, readKeyFile } from './key-file.ts';
import { unheldNoteIn } from './notes-directory.ts';
import type { AuditOptions } from './options.ts';

/** Keys and notes as the engine is told to find them. The key is read when it is needed, and not kept. */
export const auditServices = (events: EventLog, { keyFile, notesDirectory }: AuditOptions): AuditServices => ({
  events,
  async key() {
    if (keyFile === undefined) throw noKeyFile();
    return readKeyFile(keyFile);
  },
  keyIn: readKeyFile,
  async unheldNote(state) {
    return notesDirectory === undefined ? null : unheldNoteIn(notesDirectory, state, events);
  },
});
