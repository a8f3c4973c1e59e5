import { rejections } from '../../domain/errors.ts';
import type { StreamKind } from '../../domain/streams.ts';
import { callSignal } from '../../drivers/call.ts';
import { Refused, type Work } from '../operation.ts';
import { waitingFor } from '../waiting.ts';

/**
 * Waits until no operation is under way on the backend, and settles those whose executors are gone. Those that start
 * from now on see its intent and stop.
 */
export const drained = async (
  name: string,
  { services, recover }: Pick<Work<StreamKind, unknown>, 'services' | 'recover'>,
): Promise<void> => {
  const { read, drainTimeoutMs } = services;
  const waiting = waitingFor({ firstMs: 5, maxMs: 200, totalMs: drainTimeoutMs, signal: callSignal() });
  for (;;) {
    const streams = (await read.inventory()).busyStreams(name);
    if (streams.length === 0) return;
    for (const stream of streams) await recover(stream);
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
