import { join } from 'node:path';
import {
  type ClassDeclaration,
  type ExportedDeclarations,
  type GetAccessorDeclaration,
  type MethodDeclaration,
  Node,
  type PropertyDeclaration,
  SyntaxKind,
  type VariableDeclaration,
} from 'ts-morph';
import { hasWords, wordsFor } from './field-words.ts';
import { anchor, code, fenced, type Page, page, paragraphs, table } from './markdown.ts';
import { isPublic, type Member } from './members.ts';
import { PLACES } from './places.ts';
import { nameOf, relatedShapes, shapeText } from './shapes.ts';
import { callText, parameterText, typeText } from './signatures.ts';
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

/** `docs/reference/library.md`: what `src/index.ts` exports, by its declarations and docstrings. */
export const libraryPage = (): Page => {
  const doors = DOORS.map((door) => ({ ...door, exported: exportsOf(door) })).filter(
    ({ exported }) => exported.length > 0,
  );
  const shown = new Set(doors.flatMap(({ exported }) => exported.map(([name]) => name)));
  const anchors = anchorsOf(shown);
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
      exported.map(([name]) => `[${name}](#${anchors.get(name)})`).join(', '),
    ]),
    ...[...new Map(doors.flatMap(({ exported }) => exported))].map(([name, declared]) => section(name, declared)),
    '## Types that these mention',
    'Not exported by name; they are reached through what is.',
    ...related.map((shape) => paragraphs(`### ${nameOf(shape)}`, docOf(shape), shapeText(shape))),
  );
};

/** Names that differ in case alone have the same anchor: the second one gets a number, as on GitHub. */
const anchorsOf = (names: Iterable<string>): ReadonlyMap<string, string> => {
  const taken = new Map<string, number>();
  return new Map(
    [...names].map((name) => {
      const plain = anchor(name);
      const before = taken.get(plain) ?? 0;
      taken.set(plain, before + 1);
      return [name, before === 0 ? plain : `${plain}-${before}`] as const;
    }),
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
  if (Node.isVariableDeclaration(declared)) return valueSection(name, declared);
  throw new Error(`docs-site/reference/library.ts cannot describe the export ${name}, a ${declared.getKindName()}`);
};

const valueSection = (name: string, declared: VariableDeclaration): string => {
  const doc = docOf(declared.getVariableStatementOrThrow());
  if (doc === '') throw new Error(`the export ${name} has no docstring`);
  const made = declared.getInitializerIfKind(SyntaxKind.ArrowFunction);
  const text =
    made === undefined ? `const ${name}: ${typeText(declared, declared.getTypeNode())}` : callText(name, made);
  return paragraphs(`## ${name}`, doc, fenced('ts', text));
};

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
  typeText(field, Node.isGetAccessorDeclaration(field) ? field.getReturnTypeNode() : field.getTypeNode());

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

const methodSection = (owner: string, method: MethodDeclaration): string => {
  const path = `${owner}.${method.getName()}`;
  return paragraphs(
    `### ${path}`,
    fenced('ts', callText(path, method)),
    `${docFor(owner, method)}${givesCommand(path)}`,
  );
};

const givesCommand = (path: string): string => {
  const given = Object.entries(PLACES).find(([, { method }]) => method === path);
  return given === undefined ? '' : ` Gives [${given[0]}](commands.md#${anchor(given[0])}).`;
};

/** A property whose functions are methods in all but name, such as `keyValues`. */
const objectMethods = (owner: string, field: PropertyDeclaration): readonly string[] => {
  const properties = field.getInitializerIfKind(SyntaxKind.ObjectLiteralExpression)?.getProperties() ?? [];
  const lines = properties.map((property) => {
    const method = property.asKindOrThrow(SyntaxKind.PropertyAssignment);
    const made = method.getInitializerIfKindOrThrow(SyntaxKind.ArrowFunction);
    return callText(`${field.getName()}.${method.getName()}`, made);
  });
  return [`### ${owner}.${field.getName()}`, fenced('ts', lines.join('\n')), docFor(owner, field)];
};
