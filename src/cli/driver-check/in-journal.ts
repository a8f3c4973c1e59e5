import type { Logger } from '../../logging.ts';
import { checkDriver, type DriverCheckRequest, type DriverReport, madeIn, openJournal } from '../../testing.ts';
import { cleanUpLine } from './again.ts';
import { type JournalFile, newJournalFile } from './journal-file.ts';
import type { Telling } from './progress.ts';

/** What a check found, and where its record is. */
export interface Recorded {
  readonly report: DriverReport;
  /** `null` when it was taken away. */
  readonly journal: string | null;
  /** What to type to take away what is left; `null` where nothing is. */
  readonly cleanUp: string | null;
}

type Request = Omit<DriverCheckRequest, 'journal' | 'onProgress'>;

interface Recording {
  /** Where the journal goes; a new temporary directory unless given. */
  readonly directory: string | undefined;
  readonly logger: Logger;
  readonly telling: Telling;
  /** What is said when it begins, with the path of the journal. */
  readonly begins: (journal: string) => string;
}

/** Checks a driver with a journal of its own, which is kept where something failed or is left. */
export const checkInJournal = async (request: Request, recording: Recording): Promise<Recorded> => {
  const file = await newJournalFile(recording.directory);
  const report = await checked(request, recording, file);
  const { passed, leftovers, interrupted } = report;
  const isKept = leftovers.length > 0 || !(passed || interrupted);
  if (!isKept) await file.remove();
  return {
    report,
    journal: isKept ? file.path : null,
    cleanUp: leftovers.length === 0 ? null : cleanUpLine(file.path),
  };
};

const checked = async (request: Request, recording: Recording, file: JournalFile): Promise<DriverReport> => {
  const { logger, telling, begins } = recording;
  const { rootHelper } = request.backend;
  telling.say(begins(file.path));
  const helper = rootHelper === undefined ? {} : { rootHelper };
  await using journal = await openJournal(file.path, 'create', { logger, ...helper });
  try {
    return await checkDriver({ ...request, journal, onProgress: telling.tell });
  } catch (error) {
    const nothingMade = await madeIn(journal).then(
      (made) => made.length === 0,
      () => false,
    );
    // Most often the backend could not be brought into use.
    if (nothingMade) await file.remove();
    else telling.say(`something may be on the array still: ${cleanUpLine(file.path)}`);
    throw error;
  } finally {
    telling.end();
  }
};
