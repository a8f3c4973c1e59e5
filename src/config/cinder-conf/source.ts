import type { Place } from '../problem.ts';
import type { LookUp } from './templates.ts';

/** An option as it was given: each time that it was, the last of which counts, unless it takes several. */
export interface GivenOption {
  readonly name: string;
  readonly values: readonly unknown[];
  readonly place: Place;
  /** It was not given, and follows from what was. */
  readonly isImplied?: boolean;
}

export interface GivenBackend {
  /** What it is called there. */
  readonly name: string;
  readonly place: Place;
  readonly options: readonly GivenOption[];
  readonly lookUp: LookUp;
}

/** Backends as a file of Cinder's or cinderlib's gives them. */
export interface GivenBackends {
  readonly backends: readonly GivenBackend[];
  readonly defaults: Omit<GivenBackend, 'name'>;
}
