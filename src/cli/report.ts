import { stoppedBy } from './interruption.ts';
import { readerGone, write } from './stdout.ts';

/** What a verb answers: one JSON document for programs, and text for people. */
export type Report =
  | {
      /** A stream becomes one array, written element by element. */
      readonly json: unknown | AsyncIterable<unknown>;
      readonly text: () => string | AsyncIterable<string>;
    }
  /** What has a format of its own, a dump or exported events, is the same for both. */
  | { readonly verbatim: string | AsyncIterable<string> };

/** The document without what JSON cannot hold: a position becomes its decimal text. */
const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

export const toJson = (document: unknown, indent?: number): string => JSON.stringify(document, plain, indent);

const isStream = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

export const print = async (report: Report, json: boolean): Promise<void> => {
  if ('verbatim' in report) return printText(report.verbatim);
  if (!json) return printText(report.text());
  if (isStream(report.json) || Array.isArray(report.json)) return printArray(report.json);
  await write(`${toJson(report.json, 2)}\n`);
};

const printText = async (text: string | AsyncIterable<string>): Promise<void> => {
  if (typeof text === 'string') return write(text === '' || text.endsWith('\n') ? text : `${text}\n`);
  for await (const line of text) {
    if (isOver()) return;
    await write(`${line}\n`);
  }
};

/** One element per line, which `grep` and people can read too. */
const printArray = async (elements: AsyncIterable<unknown> | readonly unknown[]): Promise<void> => {
  let separator = '[\n';
  for await (const element of elements) {
    if (isStream(elements) && isOver()) return;
    await write(`${separator}${toJson(element)}`);
    separator = ',\n';
  }
  await write(separator === '[\n' ? '[]\n' : '\n]\n');
};

/** Nobody reads on, or nobody wants to. */
const isOver = (): boolean => {
  const stopped = stoppedBy();
  if (stopped !== null) throw stopped;
  return readerGone.aborted;
};

export async function* mapped<From, To>(items: AsyncIterable<From>, change: (item: From) => To): AsyncIterable<To> {
  for await (const item of items) yield change(item);
}
