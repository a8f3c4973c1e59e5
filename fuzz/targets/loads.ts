import fc from 'fast-check';
import { canonicalJson } from '../../src/audit/canonical.ts';
import { hashBody } from '../../src/audit/chain.ts';
import { toJson } from '../../src/cli/report.ts';
import { FIRST_PREV } from '../../src/domain/event.ts';
import { createEngine, type Engine, ScoriaError, silentLogger } from '../../src/index.ts';
import { assertNoCanary, kindOf } from '../cli/judge.ts';
import type { Corpus } from '../corpus/corpus.ts';
import { bytesOf, type Mutated } from '../mutations/contents.ts';
import { json, mutatedDocuments, type Structure } from '../mutations/documents.ts';
import { jsonOf, type Tree } from '../mutations/tree.ts';
import { Broken, type Check, type Target } from '../target.ts';

const dumpsOf = (corpus: Corpus): fc.Arbitrary<Mutated> =>
  mutatedDocuments(
    ['dump.json', 'dump-without-options.json'].map((name) => ({ name, text: corpus.text(name) })),
    json,
  );

/** An export as one document, so that its lines are changed as a structure. */
const lines: Structure = {
  parse: (text) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  print: (tree) => (typeof tree === 'object' && 'items' in tree ? tree.items : [tree]).map(printLine).join(''),
};
const printLine = (tree: Tree): string => `${jsonOf(tree)}\n`;

/** The export with its hashes made again, by somebody who changed it: what is left to notice is what it says. */
const rehashed = (mutated: Mutated): Mutated => {
  const heads = new Map<unknown, string>();
  const text = bytesOf(mutated.contents)
    .toString()
    .split('\n')
    .map((line) => rehashedLine(line, heads));
  return { how: [...mutated.how, 'hashes made again'], contents: { text: text.join('\n') } };
};

const rehashedLine = (line: string, heads: Map<unknown, string>): string => {
  try {
    const { position, ...event } = JSON.parse(line);
    const { hash: _changed, ...meta } = event.meta;
    const body = { ...event, meta: { ...meta, prev: heads.get(event.stream) ?? FIRST_PREV } };
    const hash = hashBody(canonicalJson(body));
    heads.set(event.stream, hash);
    return canonicalJson({ ...body, meta: { ...body.meta, hash }, position });
  } catch {
    return line;
  }
};

const exportsOf = (corpus: Corpus): fc.Arbitrary<Mutated> => {
  const changed = mutatedDocuments([{ name: 'events.ndjson', text: corpus.text('events.ndjson') }], lines);
  return fc.tuple(changed, fc.nat({ max: 3 })).map(([one, choice]) => (choice === 0 ? one : rehashed(one)));
};

/** All that an engine tells of what was loaded. */
const readBack = async (engine: Engine): Promise<string> => {
  const view = await engine.view();
  const dump = await view.dump({ withConfiguration: true });
  const told = [dump];
  for await (const entry of view.history()) told.push(toJson(entry));
  for await (const line of view.exportEvents()) told.push(line);
  await assertLoadable(dump);
  return told.join('\n');
};

/** Events of old versions may hold a credential in the clear, and a dump with one is not loaded. */
const holdsCredential = (error: ScoriaError): boolean =>
  /provider_auth$|connection_info$/.test(String(error.details.field));

const assertLoadable = async (dump: string): Promise<void> => {
  await using other = await newEngine();
  try {
    await other.load(dump);
  } catch (error) {
    if (error instanceof ScoriaError && holdsCredential(error)) return;
    throw error;
  }
  const again = await (await other.view()).dump({ withConfiguration: true });
  if (again !== dump) throw new Broken('its dump, loaded and made again, is another');
};

const newEngine = () => createEngine({ log: ':memory:', logger: silentLogger, user: 'ada' });

const load = async (text: string): Promise<{ readonly code: string; readonly said: string }> => {
  await using engine = await newEngine();
  try {
    await engine.load(text, { source: 'given' });
  } catch (error) {
    if (!(error instanceof ScoriaError)) throw error;
    kindOf(error.code);
    const { position } = await engine.view();
    if (position > 0n) throw new Broken(`refused by ${error.code}, and ${position} events were written`);
    return { code: error.code, said: JSON.stringify(error) + error.message };
  }
  try {
    return { code: 'accepted', said: await readBack(engine) };
  } catch (error) {
    throw new Broken(`what was loaded cannot be read: ${error instanceof Error ? error.stack : error}`);
  }
};

const open = async (corpus: Corpus): Promise<Check<Mutated>> => {
  return async ({ contents }) => {
    const { code, said } = await load(bytesOf(contents).toString());
    assertNoCanary('what was said', said, corpus.manifest.canaries);
    return code;
  };
};

export const dumps: Target<Mutated> = { name: 'dumps', share: 110, inputs: dumpsOf, open };
export const eventExports: Target<Mutated> = { name: 'event-exports', share: 110, inputs: exportsOf, open };
