/** How much a run does. */
export interface Size {
  /** Volumes of an inventory that is listed, dumped, loaded, ... */
  readonly volumes: number;
  /** Durable creates of one caller, and of many. */
  readonly creates: number;
  readonly createsOfMany: number;
  readonly createsOfCinderlib: number;
  readonly commits: number;
  readonly gets: number;
  /** Events that are folded. */
  readonly foldedEvents: number;
  /** On one volume, or of volumes that are files. */
  readonly operations: number;
  /** A large log, and the events in it that are one volume's. */
  readonly largeLog: number;
  readonly longStream: number;
  /** Each of which is connected several times. */
  readonly connectedVolumes: number;
  readonly contendingSeconds: number;
  readonly copiedMiB: number;
  readonly commands: number;
  /** Operations that stand open. */
  readonly interrupted: number;
  /** To a log on a server, by one caller and by many. */
  readonly appends: number;
  readonly appendsOfMany: number;
}

export const FULL: Size = {
  volumes: 10_000,
  creates: 2_000,
  createsOfMany: 12_000,
  createsOfCinderlib: 400,
  commits: 8_000,
  gets: 2_000,
  foldedEvents: 100_000,
  largeLog: 1_000_000,
  longStream: 100_000,
  operations: 400,
  connectedVolumes: 60,
  contendingSeconds: 3,
  copiedMiB: 256,
  commands: 10,
  interrupted: 1_000,
  appends: 2_000,
  appendsOfMany: 12_000,
};

export const SMALL: Size = {
  volumes: 1_000,
  creates: 300,
  createsOfMany: 2_000,
  createsOfCinderlib: 50,
  commits: 1_000,
  gets: 200,
  foldedEvents: 20_000,
  largeLog: 20_000,
  longStream: 10_000,
  operations: 40,
  connectedVolumes: 20,
  contendingSeconds: 1,
  copiedMiB: 32,
  commands: 3,
  interrupted: 50,
  appends: 200,
  appendsOfMany: 1_000,
};

export const counted = (count: number): string => count.toLocaleString('en');
