import {
  type ExportedDeclarations,
  type InterfaceDeclaration,
  Node,
  SyntaxKind,
  type TypeAliasDeclaration,
} from 'ts-morph';
import type { z } from 'zod';
import {
  BackendDocumentSchema,
  ConnectionDocumentSchema,
  KeyValueDocumentSchema,
  SnapshotDocumentSchema,
  VolumeDocumentSchema,
} from '../../src/projections/documents.ts';
import { wordsFor } from './field-words.ts';
import { anchor, code, fenced, paragraphs, table } from './markdown.ts';
import { isPublic } from './members.ts';
import { fieldsOf, RECORDS } from './schema.ts';

export type Shape = InterfaceDeclaration | TypeAliasDeclaration;

/** How it is done, which a caller need not know. */
const INNER = ['Commander', 'Fields', 'KindOf', 'Operations', 'ProjectionStore', 'Resources', 'TableProjection'];

/** What `--json` prints and views answer: a record, and what else belongs to it. */
const DOCUMENTS: Readonly<Record<string, readonly [record: string | null, schema: z.ZodType]>> = {
  BackendDocument: ['Backend', BackendDocumentSchema],
  VolumeDocument: ['Volume', VolumeDocumentSchema],
  SnapshotDocument: ['Snapshot', SnapshotDocumentSchema],
  ConnectionDocument: ['Connection', ConnectionDocumentSchema],
  KeyValueDocument: [null, KeyValueDocumentSchema],
};

const documentText = (name: string): string | undefined => {
  const [record, schema] = DOCUMENTS[name] ?? [];
  if (schema === undefined) return undefined;
  const known = record ? Object.keys((RECORDS[record] as z.ZodObject).shape) : [];
  const rows = fieldsOf(schema, { itself: record ?? name })
    .filter(({ path }) => !known.includes(path))
    .map(({ path, type, required }) => [code(path), required ? type : `${type}, if any`, wordsFor(name, path)]);
  return paragraphs(
    record ? `The fields of [${record}](events.md#${anchor(record)})${rows.length === 0 ? '.' : ', and:'}` : '',
    table(['field', 'type', 'what it holds'], rows),
  );
};

/** The declaration as it stands, which for a shape says everything; a record is described with the events. */
export const shapeText = (shape: Shape): string => {
  const document = documentText(shape.getName());
  if (document !== undefined) return document;
  const record = recordOf(shape);
  if (record !== undefined) return `The fields of [${record}](events.md#${anchor(record)}).`;
  const text = shape
    .getText()
    .replace(/^export /, '')
    .replaceAll(/^ *\/\/ biome-ignore.*\n/gm, '');
  return fenced('ts', text);
};

/** `type Volume = z.infer<typeof VolumeSchema>` is the record of that schema. */
const recordOf = (shape: Shape): string | undefined => {
  const schema = /= z\.infer<typeof (\w+)Schema>/.exec(shape.getText())?.[1];
  return schema !== undefined && Object.hasOwn(RECORDS, schema) ? schema : undefined;
};

/** A record goes by another name where an object of the library has its own: `Volume as VolumeRecord`. */
export const nameOf = (shape: Shape): string =>
  recordOf(shape) === undefined ? shape.getName() : `${shape.getName()}Record`;

/** The shapes of our own that these mention, and those that they mention, that are not shown by themselves. */
export const relatedShapes = (
  declared: readonly ExportedDeclarations[],
  shown: ReadonlySet<string>,
): readonly Shape[] => {
  const found = new Map<string, Shape>();
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const shape of mentioned(node)) {
      if (INNER.includes(shape.getName())) continue;
      if (!shown.has(nameOf(shape))) found.set(nameOf(shape), shape);
      if (recordOf(shape) === undefined) visit(shape);
    }
  };
  for (const one of declared) visit(one);
  return [...found.values()].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
};

const mentioned = (node: Node): readonly Shape[] =>
  publicParts(node)
    .flatMap((part) => [
      ...(Node.isTypeReference(part) ? [part] : []),
      ...part.getDescendantsOfKind(SyntaxKind.TypeReference),
    ])
    .flatMap((reference) => {
      const symbol = reference.getTypeName().getSymbol();
      const [declared] = (symbol?.getAliasedSymbol() ?? symbol)?.getDeclarations() ?? [];
      const isShape = Node.isInterfaceDeclaration(declared) || Node.isTypeAliasDeclaration(declared);
      return isShape &&
        declared.getSourceFile().getFilePath().includes('/src/') &&
        !declared.getSourceFile().isInNodeModules()
        ? [declared]
        : [];
    });

/** Of a class only what its readers see, of a function only its signature. */
const publicParts = (node: Node): readonly Node[] => {
  if (Node.isClassDeclaration(node)) {
    const members = [...node.getProperties(), ...node.getGetAccessors(), ...node.getMethods()].filter(isPublic);
    return members.flatMap((member) =>
      Node.isPropertyDeclaration(member)
        ? [member.getTypeNode() ?? []].flat()
        : [...member.getParameters(), ...[member.getReturnTypeNode() ?? []].flat()],
    );
  }
  if (Node.isVariableDeclaration(node)) {
    const made = node.getInitializerIfKind(SyntaxKind.ArrowFunction);
    return made === undefined ? [] : [...made.getParameters(), ...[made.getReturnTypeNode() ?? []].flat()];
  }
  return [node];
};
