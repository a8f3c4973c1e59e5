import type { RecordedEvent } from '../../domain/event.ts';
import type { Engine } from '../../library/engine.ts';
import { wordsOf } from '../../projections/words.ts';
import type { RunNames } from './names.ts';

/** An event as a report shows it; ids are the model's. */
export interface EventLine {
  readonly position: string;
  readonly stream: string;
  readonly type: string;
  readonly words: string;
}

/** What was recorded later than `after` and not later than `until`, as people read it. */
export const eventsSince = async (
  engine: Engine,
  { after, until }: { readonly after: bigint; readonly until: bigint },
  names: RunNames,
): Promise<readonly EventLine[]> => {
  const lines: EventLine[] = [];
  for await (const event of (await engine.view()).events({ after })) {
    if (event.position > until) break;
    const { position, stream, type } = event;
    lines.push(
      names.symbolic({ position: String(position), stream, type, words: wordsOf(event as unknown as RecordedEvent) }),
    );
  }
  return lines;
};
