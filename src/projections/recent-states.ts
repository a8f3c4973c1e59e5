import type { StreamKind } from '../domain/streams.ts';
import type { KeptState } from './inventory.ts';

/** Enough for the streams that are worked on; a volume's state is a few kB. */
const MOST = 1_024;

/** Kept states that were read or written lately: worth something only while the rows stand where they stood then. */
export interface RecentStates {
  get<Kind extends StreamKind>(stream: string): KeptState<Kind> | undefined;
  set(stream: string, kept: KeptState): void;
  /** Forgets all, unless the rows stand where they stood. */
  standsAt(position: bigint): void;
  /** The rows were moved together with the states that were set. */
  movedTo(position: bigint): void;
  forget(): void;
}

/** Whoever gets a state shares it: frozen, so that nobody changes it under the others. */
const frozen = <Value>(value: Value): Value => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) frozen(part);
  return value;
};

export const createRecentStates = (): RecentStates => {
  const states = new Map<string, KeptState>();
  let at: bigint | null = null;
  return {
    get: (stream) => states.get(stream) as never,
    set(stream, kept) {
      frozen(kept.state);
      states.delete(stream);
      states.set(stream, kept);
      if (states.size > MOST) states.delete(states.keys().next().value as string);
    },
    standsAt(position) {
      if (at !== position) states.clear();
      at = position;
    },
    movedTo(position) {
      at = position;
    },
    forget() {
      states.clear();
      at = null;
    },
  };
};
