/** The file of a test, and its title. */
export type Shown = readonly [file: string, title: string];

/** What Scoria makes of something that cinderlib does. Texts are Markdown. */
export interface Row {
  readonly cinderlib: string;
  /** `null` where only the command line has it. */
  readonly library: string | null;
  /** `null` where it is about objects in a program. */
  readonly cli: string | null;
  /** Compared with cinderlib; why, where it is not simply the same. */
  readonly is: 'same' | `same: ${string}` | `better: ${string}` | `different: ${string}`;
  readonly by: Shown;
}

/** A section of the table. */
export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}
