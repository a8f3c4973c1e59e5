import type { Contents } from '../mutations/contents.ts';

/** What a command line is given: its arguments, files over those of the corpus, and standard input. */
export interface Case {
  readonly how: readonly string[];
  readonly argv: readonly string[];
  readonly files: Readonly<Record<string, Contents>>;
  readonly stdin: string;
}
