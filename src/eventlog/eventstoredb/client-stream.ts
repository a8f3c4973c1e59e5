import type { RecordedEvent } from '@eventstore/db-client';

/** What the client gives for a read, and for a subscription. */
export interface ClientStream {
  on(event: 'error', listener: () => void): unknown;
  resume(): unknown;
  iterator(options: { readonly destroyOnReturn: boolean }): unknown;
  cancel?(): Promise<void>;
  unsubscribe?(): Promise<void>;
}

type Resolved = AsyncIterable<{ readonly event?: RecordedEvent | undefined }>;

/** Leaving early, or being stopped, ends the call at the server too. */
export async function* eventsOf(stream: ClientStream, stop: AbortSignal): AsyncGenerator<RecordedEvent> {
  const cancel = () => (stream.cancel ?? stream.unsubscribe)?.call(stream).catch(() => {});
  // An error that comes after the last look at the stream would end the process.
  stream.on('error', () => {});
  stop.addEventListener('abort', cancel);
  try {
    for await (const { event } of stream.iterator({ destroyOnReturn: false }) as Resolved) {
      if (stop.aborted) return;
      if (event !== undefined) yield event;
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    stop.removeEventListener('abort', cancel);
    cancel();
    // A call ends when all of it was read, and the client is disposed when all calls have ended.
    setImmediate(() => stream.resume());
  }
}
