import { createReadStream } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { Problem } from '../../audit/verifier/problem.ts';
import { type Source, type Verified, type VerifyOptions, verify } from '../../audit/verifier/verify.ts';
import { exportLine } from '../../commands/export.ts';
import { AUDIT_STREAM } from '../../domain/audit/audit.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { StoredEvent } from '../../domain/event.ts';
import type { EventLog } from '../../eventlog/port.ts';
import type { Onlooker } from '../../progress.ts';

const CHUNK_BYTES = 1024 * 1024;

type Outside = Pick<VerifyOptions, 'key' | 'notes'>;

/** A log as it is now, through the same verifier that reads exports. */
export const verifyLog = async (log: EventLog, outside: Outside, onlooker: Onlooker): Promise<Verified> => {
  const upTo = await log.head();
  const source: Source = {
    chunks: () => pagesAsBytes(log.readPages({ upTo })),
    auditChunks: () => eventsAsBytes(log.readStream(AUDIT_STREAM)),
  };
  return checked(log.name, source, outside, onlooker, Number(upTo));
};

/** An export in a file, without any log. */
export const verifyFile = (file: string, outside: Outside, onlooker: Onlooker = {}): Promise<Verified> =>
  checked(file, { chunks: () => createReadStream(file, { highWaterMark: CHUNK_BYTES }) }, outside, onlooker, null);

const checked = async (
  name: string,
  source: Source,
  outside: Outside,
  { signal, onProgress }: Onlooker,
  total: number | null,
): Promise<Verified> => {
  const reached = (done: number): void => {
    signal?.throwIfAborted();
    onProgress?.({ work: 'verify', subject: name, unit: 'events', done, total });
  };
  try {
    return await verify(source, { ...outside, reached });
  } catch (error) {
    if (error instanceof Problem) throw broken(name, error);
    throw error instanceof Error && 'syscall' in error ? unreadable(name, error) : error;
  }
};

const unreadable = (file: string, error: Error): ScoriaError =>
  new ScoriaError(
    rejections.InvalidInput(
      `${file} cannot be read: ${error.message}`,
      'give the path of a file that `scoria audit export` wrote; it is read twice, so standard input will not do',
      { file },
    ),
    { cause: error },
  );

/** Events are told with their places; what is wrong elsewhere is about the record as a whole. */
const broken = (name: string, { message, line, position }: Problem): ScoriaError => {
  const where = line === null ? name : `${name}: line ${line}${position === null ? '' : `, position ${position},`}`;
  return new ScoriaError(
    rejections.RecordBroken(
      `${where} ${message}`,
      'the record is not as it was sealed: compare it with a copy that verifies, and keep both',
      { line, position },
    ),
  );
};

async function* pagesAsBytes(pages: AsyncIterable<readonly StoredEvent[]>): AsyncGenerator<Uint8Array> {
  for await (const page of pages) {
    await turn();
    yield Buffer.from(page.map(exportLine).join(''));
  }
}

async function* eventsAsBytes(events: AsyncIterable<StoredEvent>): AsyncGenerator<Uint8Array> {
  for await (const event of events) yield Buffer.from(exportLine(event));
}
