import { type ArrowFunction, type MethodDeclaration, Node, type ParameterDeclaration, TypeFormatFlags } from 'ts-morph';

/** What a reader wants to know of an inferred type that is too long to be read. */
const ANSWERS: Readonly<Record<string, string>> = {
  'Engine.execute': 'Promise<Either<Rejection, CommandOutcome>>',
};

const LONGEST_LINE = 100;

/** The type that a declaration says, or else the one that the compiler infers. */
export const typeText = (declared: Node, annotation: Node | undefined): string =>
  (
    annotation?.getText() ??
    declared
      .getType()
      .getText(declared, TypeFormatFlags.NoTruncation | TypeFormatFlags.UseAliasDefinedOutsideCurrentScope)
  ).replaceAll(/\s+/g, ' ');

/** A parameter as a caller sees it: one with a default may be left out. */
export const parameterText = (parameter: ParameterDeclaration): string => {
  const name = Node.isObjectBindingPattern(parameter.getNameNode()) ? 'options' : parameter.getName();
  const type = parameter.getTypeNode()?.getText().replaceAll(/\s+/g, ' ') ?? 'unknown';
  return `${name}${parameter.isOptional() ? '?' : ''}: ${type}`;
};

/** How a function or a method is called, and what it answers. `path` is its name with that of its class. */
export const callText = (path: string, called: ArrowFunction | MethodDeclaration): string => {
  const name = Node.isMethodDeclaration(called) ? called.getName() : path;
  const types = called.getTypeParameters().map((type) => type.getText());
  const generic = types.length === 0 ? '' : `<${types.join(', ')}>`;
  const given = called.getParameters().map(parameterText);
  const answer = ANSWERS[path] ?? called.getReturnTypeNode()?.getText() ?? called.getReturnType().getText(called);
  const line = `${name}${generic}(${given.join(', ')}): ${answer}`;
  if (line.length <= LONGEST_LINE || given.length === 0) return line;
  return `${name}${generic}(\n${given.map((one) => `  ${one},\n`).join('')}): ${answer}`;
};
