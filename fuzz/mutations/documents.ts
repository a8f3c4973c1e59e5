import fc from 'fast-check';
import { contentsOf, type Mutated } from './contents.ts';
import { oddText } from './odd-values.ts';
import { changeText, describeChange, type TextChange, textChange } from './text.ts';
import { changeTree, jsonOf, type Tree, type TreeChange, treeChange, treeOf } from './tree.ts';

/** A document that the real program made or takes. */
export interface Base {
  readonly name: string;
  readonly text: string;
}

/** How the structure of a text is changed: what it is parsed to, and how that becomes a text again. */
export interface Structure {
  parse(text: string): unknown;
  print(tree: Tree): string;
}

export const json: Structure = { parse: (text) => JSON.parse(text), print: jsonOf };

interface Choices {
  readonly base: Base;
  readonly spliced: Base;
  readonly structural: readonly TreeChange[];
  readonly textual: readonly TextChange[];
}

const MOST_CHANGES = 3;

/** Some structural changes, some of the text, seldom both, seldom none. */
const choicesOf = (
  bases: readonly Base[],
  isStructured: boolean,
  pieces: fc.Arbitrary<string> | null,
): fc.Arbitrary<Choices> => {
  const some = <Change>(change: fc.Arbitrary<Change>) =>
    fc.oneof(fc.tuple(change), fc.array(change, { minLength: 1, maxLength: MOST_CHANGES }));
  const none = fc.constant([]);
  const base = { base: fc.constantFrom(...bases), spliced: fc.constantFrom(...bases) };
  const noNullPrototype = true;
  const byTree = fc.record({ ...base, structural: some(treeChange), textual: none }, { noNullPrototype });
  if (pieces === null) return byTree;
  const byText = fc.record({ ...base, structural: none, textual: some(textChange(pieces)) }, { noNullPrototype });
  if (!isStructured) return byText;
  return fc.oneof(
    { weight: 6, arbitrary: byTree },
    { weight: 3, arbitrary: byText },
    {
      weight: 1,
      arbitrary: fc.record(
        { ...base, structural: some(treeChange), textual: some(textChange(pieces)) },
        { noNullPrototype },
      ),
    },
  );
};

const applied = ({ base, spliced, structural, textual }: Choices, structure: Structure | null): Mutated => {
  const how: string[] = [];
  let text = base.text;
  if (structure !== null && structural.length > 0) {
    // A holder above the document, so that the document itself can be changed.
    const holder: Tree = { items: [treeOf(structure.parse(text))] };
    for (const change of structural) how.push(changeTree(holder, change));
    text = holder.items.map((tree) => structure.print(tree)).join('\n');
  }
  let bytes: Buffer = Buffer.from(text);
  for (const change of textual) {
    bytes = changeText(bytes, change, Buffer.from(spliced.text));
    how.push(describeChange(change));
  }
  return { how: [base.name, ...how], contents: contentsOf(bytes) };
};

/**
 * Documents that were changed a little, or more than that. `pieces` are texts that are inserted; `null` changes the
 * structure only.
 */
export const mutatedDocuments = (
  bases: readonly Base[],
  structure: Structure | null = null,
  pieces: fc.Arbitrary<string> | null = oddText,
): fc.Arbitrary<Mutated> => choicesOf(bases, structure !== null, pieces).map((choices) => applied(choices, structure));
