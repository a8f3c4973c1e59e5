import { dirname, join } from 'node:path';
import {
  type CallExpression,
  type JSDocableNode,
  type Node,
  Project,
  type ResolutionHostFactory,
  SyntaxKind,
  type VariableDeclaration,
} from 'ts-morph';

export const ROOT = join(import.meta.dirname, '../..');

/** Nobody else's declarations are read: they would take most of the time, and tell nothing. */
const ownFilesOnly: ResolutionHostFactory = () => ({
  resolveModuleNames: (names, from) =>
    names.map((name) =>
      name.startsWith('.') ? { resolvedFileName: join(dirname(from), name), extension: '.ts' } : undefined,
    ),
});

let project: Project | undefined;

/** The sources as TypeScript reads them, for what only they know: docstrings and signatures. */
export const sources = (): Project => {
  project ??= new Project({
    tsConfigFilePath: join(ROOT, 'tsconfig.json'),
    skipAddingFilesFromTsConfig: true,
    compilerOptions: { types: [] },
    resolutionHost: ownFilesOnly,
  });
  if (project.getSourceFiles().length === 0) project.addSourceFilesAtPaths(join(ROOT, 'src/**/*.ts'));
  return project;
};

/** A docstring as Markdown: the lines of a paragraph are one, and code stays as it stands. */
export const docOf = (node: JSDocableNode): string =>
  node
    .getJsDocs()
    .map((doc) => doc.getDescription().trim())
    .join(' ')
    .split(/(^```[\s\S]*?^```)/m)
    .map((piece, index) => (index % 2 === 1 ? piece : piece.replaceAll(/(?<!\n)\n(?!\n)/g, ' ')))
    .join('')
    .replaceAll(/ *(^```[\s\S]*?^```) */gm, '\n\n$1\n\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();

const constants = (folder: string): readonly VariableDeclaration[] =>
  sources()
    .getSourceFiles(join(ROOT, folder, '**/*.ts'))
    .flatMap((file) => file.getVariableDeclarations())
    .filter((declared) => declared.getVariableStatement()?.isExported());

/** The docstrings of the exported constants under a folder, by their name. */
export const docstringsIn = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    constants(folder).map((declared) => [declared.getName(), docOf(declared.getVariableStatementOrThrow())] as const),
  );

/** What the sources of an operation say of the events that it writes and the abilities that it asks for. */
export interface OperationSource {
  readonly events: readonly string[];
  readonly capabilities: readonly string[];
  /** The codes that its decision refuses with. */
  readonly refusals: readonly string[];
}

/** By the name of the command. */
export const operationSources = (capabilities: readonly string[]): ReadonlyMap<string, OperationSource> =>
  new Map(
    constants('src/commands')
      .map((declared) => declared.getInitializerIfKind(SyntaxKind.CallExpression))
      .filter((call): call is CallExpression => call?.getExpression().getText() === 'operation')
      .map((call) => {
        const reached = reachedFrom(call);
        const text = reached.map((node) => node.getText()).join('\n');
        const decided = reached
          .filter(isOfDomain)
          .map((node) => node.getText())
          .join('\n');
        const events = new Set([...text.matchAll(/\b([A-Z]\w+)\.of\(/g)].map(([, name]) => name ?? ''));
        const name = /command: (\w+)/.exec(call.getText())?.[1] ?? '';
        return [
          name,
          {
            events: [...events],
            capabilities: capabilities.filter((one) => decided.includes(`'${one}'`)),
            refusals: [...new Set([...decided.matchAll(/\brejections\.(\w+)\(/g)].map(([, code]) => code ?? ''))],
          },
        ] as const;
      }),
  );

const isOfDomain = (node: Node): boolean => node.getSourceFile().getFilePath().includes('/src/domain/');

/** A declaration, and the functions and effects that it names, found by their names. */
const reachedFrom = (start: Node): readonly Node[] => {
  const reached = new Set<Node>([start]);
  for (const node of reached) {
    for (const identifier of node.getDescendantsOfKind(SyntaxKind.Identifier)) {
      const named = namedParts().get(identifier.getText());
      if (named !== undefined) reached.add(named);
    }
  }
  return [...reached];
};

let parts: ReadonlyMap<string, Node> | undefined;

/** The functions and effects of the two layers that an operation is made of. */
const namedParts = (): ReadonlyMap<string, Node> => {
  parts ??= new Map(
    ['src/domain', 'src/commands']
      .flatMap((folder) => sources().getSourceFiles(join(ROOT, folder, '**/*.ts')))
      .flatMap((file) => file.getVariableDeclarations())
      .flatMap((declared) => {
        const value = declared.getInitializer();
        const isEffect = declared.getTypeNode()?.getText().startsWith('Effect<') ?? false;
        const isPart = value?.getKind() === SyntaxKind.ArrowFunction || isEffect;
        return value !== undefined && isPart ? [[declared.getName(), value] as const] : [];
      }),
  );
  return parts;
};
