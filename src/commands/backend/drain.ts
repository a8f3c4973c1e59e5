import { rejections } from '../../domain/errors.ts';
import { callSignal } from '../../drivers/call.ts';
import { Refused } from '../operation.ts';
import type { Services } from '../services.ts';
import { waitingFor } from '../waiting.ts';

/** Waits until no operation is under way on the backend. Those that start from now on see its intent and stop. */
export const drained = async (name: string, { read, drainTimeoutMs }: Services): Promise<void> => {
  const waiting = waitingFor({ firstMs: 5, maxMs: 200, totalMs: drainTimeoutMs, signal: callSignal() });
  for (;;) {
    const streams = (await read.inventory()).busyStreams(name);
    if (streams.length === 0) return;
    if (await waiting()) continue;
    throw new Refused(
      rejections.ResourceBusy(
        `backend "${name}" still has operations under way on ${streams.join(', ')}`,
        'try again when they have ended',
        { backend: name, streams },
      ),
    );
  }
};
