import { join } from 'node:path';
import {
  type ClassDeclaration,
  type ExportedDeclarations,
  type GetAccessorDeclaration,
  type InterfaceDeclaration,
  type MethodDeclaration,
  Node,
  type ParameterDeclaration,
  type PropertyDeclaration,
  Scope,
  SyntaxKind,
  type TypeAliasDeclaration,
  TypeFormatFlags,
  type VariableDeclaration,
} from 'ts-morph';
import type { z } from 'zod';
import {
  BackendDocumentSchema,
  ConnectionDocumentSchema,
  KeyValueDocumentSchema,
  SnapshotDocumentSchema,
  VolumeDocumentSchema,
} from '../../src/projections/documents.ts';
import { hasWords, wordsFor } from './field-words.ts';
import { anchor, code, fenced, type Page, page, paragraphs, table } from './markdown.ts';
import { PLACES } from './places.ts';
import { fieldsOf, RECORDS } from './schema.ts';
import { docOf, ROOT, sources } from './source.ts';

interface Door {
  /** What a program imports from. */
  readonly specifier: string;
  readonly file: string;
}

/** The public doors; one that is not there is left out. */
const DOORS: readonly Door[] = [
  { specifier: 'scoria', file: 'src/index.ts' },
  { specifier: 'scoria/testing', file: 'src/testing.ts' },
];

/** What a reader looks for first stands first; what is not named here follows in the order of the alphabet. */
const FIRST = [
  'createEngine',
  'EngineOptions',
  'Engine',
  'CommandContext',
  'Backend',
  'Volume',
  'Snapshot',
  'Connection',
  'View',
];

/** Classes that callers make themselves; the others come from the engine. */
const MADE_BY_CALLERS = ['DriverFailure', 'Secret', 'ScoriaError'];

/** How it is done, which a caller need not know. */
const INNER = ['Commander', 'Fields', 'KindOf', 'Operations', 'ProjectionStore', 'Resources', 'TableProjection'];

type Shape = InterfaceDeclaration | TypeAliasDeclaration;

/** `docs/reference/library.md`: what `src/index.ts` exports, by its declarations and docstrings. */
export const libraryPage = (): Page => {
  const doors = DOORS.map((door) => ({ ...door, exported: exportsOf(door) })).filter(
    ({ exported }) => exported.length > 0,
  );
  const shown = new Set(doors.flatMap(({ exported }) => exported.map(([name]) => name)));
  const related = relatedShapes(
    doors.flatMap(({ exported }) => exported.map(([, declared]) => declared)),
    shown,
  );
  return page(
    'docs/reference/library.md',
    'the declarations and docstrings behind src/index.ts',
    '<!-- no block of this page is run: they are signatures of what is compiled already -->',
    '# The library',
    `Every method that changes something takes a [\`CommandContext\`](#commandcontext) as its last argument, resolves when the outcome is
recorded, and throws a [\`ScoriaError\`](#scoriaerror) with one of the [codes](errors.md). Sizes of volumes are GiB. Times are ISO 8601 in UTC.
What else can be wrong with a call is a \`TypeError\`, and a mistake in the program.`,
    ...doors.flatMap(({ specifier, exported }) => [
      `Exported by \`${specifier}\`:`,
      exported.map(([name]) => `[${name}](#${anchor(name)})`).join(', '),
    ]),
    ...doors.flatMap(({ exported }) => exported.map(([name, declared]) => section(name, declared))),
    '## Types that these mention',
    'Not exported by name; they are reached through what is.',
    ...related.map((shape) => paragraphs(`### ${nameOf(shape)}`, docOf(shape), shapeText(shape))),
  );
};

const exportsOf = ({ file }: Door): readonly (readonly [string, ExportedDeclarations])[] => {
  const source = sources().getSourceFile(join(ROOT, file));
  const all = [...(source?.getExportedDeclarations() ?? [])].flatMap(([name, [declared]]) =>
    declared === undefined ? [] : [[name, declared] as const],
  );
  const rank = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return all.toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
};

const section = (name: string, declared: ExportedDeclarations): string => {
  if (Node.isClassDeclaration(declared)) return classSection(name, declared);
  if (Node.isInterfaceDeclaration(declared) || Node.isTypeAliasDeclaration(declared)) {
    return paragraphs(`## ${name}`, docOf(declared), shapeText(declared));
  }
  if (Node.isVariableDeclaration(declared)) return functionSection(name, declared);
  throw new Error(`docs-site/reference/library.ts cannot describe the export ${name}, a ${declared.getKindName()}`);
};

/** What a reader wants to know of an inferred type that is too long to be read. */
const ANSWERS: Readonly<Record<string, string>> = {
  'Engine.execute': 'Promise<Either<Rejection, CommandOutcome>>',
};

const typeText = (declared: Node, annotation: Node | undefined): string =>
  annotation?.getText() ??
  declared
    .getType()
    .getText(declared, TypeFormatFlags.NoTruncation | TypeFormatFlags.UseAliasDefinedOutsideCurrentScope);

const functionSection = (name: string, declared: VariableDeclaration): string => {
  const doc = docOf(declared.getVariableStatementOrThrow());
  if (doc === '') throw new Error(`the export ${name} has no docstring`);
  const made = declared.getInitializerIfKind(SyntaxKind.ArrowFunction);
  if (made === undefined)
    return paragraphs(`## ${name}`, doc, fenced('ts', `const ${name}: ${typeText(declared, declared.getTypeNode())}`));
  const types = made.getTypeParameters().map((type) => type.getText());
  const generic = types.length === 0 ? '' : `<${types.join(', ')}>`;
  const given = made.getParameters().map(parameterText);
  const answer = made.getReturnTypeNode()?.getText() ?? made.getReturnType().getText(made);
  return paragraphs(`## ${name}`, doc, fenced('ts', `${name}${generic}(${given.join(', ')}): ${answer}`));
};

type Member = GetAccessorDeclaration | PropertyDeclaration | MethodDeclaration;

const isPublic = (member: Member): boolean =>
  !member.getName().startsWith('#') &&
  !member.getName().startsWith('[') &&
  member.getScope() === Scope.Public &&
  !member.isStatic();

const classSection = (name: string, declared: ClassDeclaration): string => {
  const extended = declared.getExtends()?.getText();
  const fields = [...declared.getProperties(), ...declared.getGetAccessors()]
    .filter(isPublic)
    .filter((field) => !(extended !== undefined && field.getName() === 'name'));
  const objects = fields.filter(
    (field) => Node.isPropertyDeclaration(field) && Node.isObjectLiteralExpression(field.getInitializer()),
  );
  const values = fields.filter((field) => !objects.includes(field));
  const doc = docOf(declared);
  if (doc === '') throw new Error(`the class ${name} has no docstring`);
  return paragraphs(
    `## ${name}`,
    extended === undefined ? doc : `${doc} Extends \`${extended}\`.`,
    MADE_BY_CALLERS.includes(name) ? constructorText(name, declared) : '',
    table(
      ['property', 'type', 'what it is'],
      values.map((field) => [code(field.getName()), code(fieldType(field)), withoutStop(docFor(name, field))]),
    ),
    ...objects.flatMap((field) => objectMethods(name, field as PropertyDeclaration)),
    ...declared
      .getMethods()
      .filter(isPublic)
      .map((method) => methodSection(name, method)),
  );
};

const withoutStop = (text: string): string => (/\. /.test(text) ? text : text.replace(/\.$/, ''));

const fieldType = (field: GetAccessorDeclaration | PropertyDeclaration): string =>
  (Node.isGetAccessorDeclaration(field)
    ? typeText(field, field.getReturnTypeNode())
    : typeText(field, field.getTypeNode())
  ).replaceAll(/\s+/g, ' ');

const docFor = (owner: string, member: Member): string => {
  const doc = docOf(member);
  if (doc !== '') return doc;
  if (hasWords(owner, member.getName())) return wordsFor(owner, member.getName());
  throw new Error(`${owner}.${member.getName()} is public and has no docstring`);
};

const constructorText = (name: string, declared: ClassDeclaration): string => {
  const given = declared.getConstructors().flatMap((made) => made.getParameters().map(parameterText));
  return fenced('ts', `new ${name}(${given.join(', ')})`);
};

/** A parameter as a caller sees it: one with a default may be left out. */
const parameterText = (parameter: ParameterDeclaration): string => {
  const name = Node.isObjectBindingPattern(parameter.getNameNode()) ? 'options' : parameter.getName();
  const type = parameter.getTypeNode()?.getText().replaceAll(/\s+/g, ' ') ?? 'unknown';
  return `${name}${parameter.isOptional() ? '?' : ''}: ${type}`;
};

const signature = (path: string, method: MethodDeclaration): string => {
  const types = method.getTypeParameters().map((type) => type.getText());
  const generic = types.length === 0 ? '' : `<${types.join(', ')}>`;
  const given = method.getParameters().map(parameterText);
  const answer = ANSWERS[path] ?? method.getReturnTypeNode()?.getText() ?? method.getReturnType().getText(method);
  const line = `${method.getName()}${generic}(${given.join(', ')}): ${answer}`;
  return line.length <= 100 || given.length === 0
    ? line
    : `${method.getName()}${generic}(\n${given.map((one) => `  ${one},\n`).join('')}): ${answer}`;
};

const methodSection = (owner: string, method: MethodDeclaration): string => {
  const path = `${owner}.${method.getName()}`;
  return paragraphs(
    `### ${path}`,
    fenced('ts', signature(path, method)),
    `${docFor(owner, method)}${givesCommand(path)}`,
  );
};

const givesCommand = (path: string): string => {
  const given = Object.entries(PLACES).find(([, { method }]) => method === path);
  return given === undefined ? '' : ` Gives [${given[0]}](commands.md#${anchor(given[0])}).`;
};

/** A property whose functions are methods in all but name, such as `keyValues`. */
const objectMethods = (owner: string, field: PropertyDeclaration): readonly string[] => {
  const lines = (field.getInitializerIfKind(SyntaxKind.ObjectLiteralExpression)?.getProperties() ?? []).map(
    (property) => {
      const made = property
        .asKindOrThrow(SyntaxKind.PropertyAssignment)
        .getInitializerIfKindOrThrow(SyntaxKind.ArrowFunction);
      const given = made.getParameters().map(parameterText);
      return `${field.getName()}.${property.asKindOrThrow(SyntaxKind.PropertyAssignment).getName()}(${given.join(', ')}): ${made.getReturnTypeNode()?.getText() ?? ''}`;
    },
  );
  return [`### ${owner}.${field.getName()}`, fenced('ts', lines.join('\n')), docFor(owner, field)];
};

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
const shapeText = (shape: Shape): string => {
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
const nameOf = (shape: Shape): string => (recordOf(shape) === undefined ? shape.getName() : `${shape.getName()}Record`);

/** The shapes of our own that these mention, and those that they mention, that are not shown by themselves. */
const relatedShapes = (declared: readonly ExportedDeclarations[], shown: ReadonlySet<string>): readonly Shape[] => {
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
