import fc from 'fast-check';
import { anyText, oddJson } from './odd-values.ts';

/** JSON that can be wrong: a leaf is a piece of text, and keys may stand twice. */
export type Tree = string | Items | Entries;
interface Items {
  readonly items: Tree[];
}
interface Entries {
  readonly entries: (readonly [key: string, value: Tree])[];
}

export const treeOf = (value: unknown): Tree => {
  if (Array.isArray(value)) return { items: value.map(treeOf) };
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return { entries: Object.entries(value).map(([key, inner]) => [key, treeOf(inner)] as const) };
};

export const jsonOf = (tree: Tree): string => {
  if (typeof tree === 'string') return tree;
  if ('items' in tree) return `[${tree.items.map(jsonOf).join(',')}]`;
  return `{${tree.entries.map(([key, value]) => `${JSON.stringify(key)}:${jsonOf(value)}`).join(',')}}`;
};

/** A place in a tree that holds a value. */
interface Slot {
  readonly path: string;
  readonly holder: Items | Entries;
  readonly index: number;
}

const slotsOf = (tree: Tree, path = ''): readonly Slot[] => {
  if (typeof tree === 'string') return [];
  if ('items' in tree) {
    return tree.items.flatMap((item, index) => {
      const at = `${path}[${index}]`;
      return [{ path: at, holder: tree, index }, ...slotsOf(item, at)];
    });
  }
  return tree.entries.flatMap(([key, value], index) => {
    const at = `${path}.${key}`;
    return [{ path: at, holder: tree, index }, ...slotsOf(value, at)];
  });
};

const valueAt = ({ holder, index }: Slot): Tree =>
  'items' in holder ? (holder.items[index] as Tree) : (holder.entries[index]?.[1] as Tree);

const keyAt = ({ holder, index }: Slot): string => ('items' in holder ? '' : (holder.entries[index]?.[0] ?? ''));

const put = ({ holder, index }: Slot, removed: number, ...values: readonly (readonly [string, Tree])[]): void => {
  if ('items' in holder) holder.items.splice(index, removed, ...values.map(([, value]) => value));
  else holder.entries.splice(index, removed, ...values);
};

const CHANGES = ['replace', 'drop', 'duplicate', 'retype', 'rename', 'add', 'copy', 'swap', 'nest'] as const;

/** A change of a tree; the numbers say where, whatever the size of the tree. */
export interface TreeChange {
  readonly change: (typeof CHANGES)[number];
  readonly at: number;
  readonly other: number;
  readonly piece: string;
  readonly key: string;
}

export const treeChange: fc.Arbitrary<TreeChange> = fc.record(
  {
    change: fc.constantFrom(...CHANGES),
    at: fc.nat(),
    other: fc.nat(),
    piece: oddJson,
    key: fc.oneof(fc.constantFrom('__proto__', 'constructor', 'x'), anyText),
  },
  { noNullPrototype: true },
);

/** Texts as numbers, numbers as texts, and either for what is neither. */
const retyped = (tree: Tree): string => {
  if (typeof tree !== 'string') return '"object"';
  return tree.startsWith('"') ? String(Number.parseFloat(tree.slice(1)) || 7) : JSON.stringify(tree);
};

const NESTING = 300;

/** Changes the tree in place; says what was done. */
export const changeTree = (tree: Tree, { change, at, other, piece, key }: TreeChange): string => {
  const slots = slotsOf(tree);
  const slot = slots[at % Math.max(1, slots.length)];
  const second = slots[other % Math.max(1, slots.length)];
  if (slot === undefined || second === undefined) return 'nothing';
  const [own, value] = [keyAt(slot), valueAt(slot)];
  if (change === 'drop') put(slot, 1);
  if (change === 'duplicate') put(slot, 0, [own, structuredClone(value)]);
  if (change === 'replace') put(slot, 1, [own, piece]);
  if (change === 'retype') put(slot, 1, [own, retyped(value)]);
  if (change === 'rename') put(slot, 1, [key, value]);
  if (change === 'add') put(slot, 0, [key, piece]);
  if (change === 'nest') put(slot, 1, [own, '['.repeat(NESTING) + jsonOf(value) + ']'.repeat(NESTING)]);
  if (change === 'copy') put(slot, 1, [own, structuredClone(valueAt(second))]);
  if (change === 'swap') {
    const pieces = [structuredClone(value), structuredClone(valueAt(second))] as const;
    put(slot, 1, [own, pieces[1]]);
    put(second, 1, [keyAt(second), pieces[0]]);
  }
  const said = { replace: piece, add: `${key}: ${piece}`, rename: key, copy: second.path, swap: second.path } as const;
  const by = change in said ? ` (${said[change as keyof typeof said]})`.slice(0, 80) : '';
  return `${change} ${slot.path}${by}`;
};
