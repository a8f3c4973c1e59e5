import type { AnyOperation } from '../../src/commands/operation.ts';
import { childOperations, operations } from '../../src/commands/operations.ts';
import { CAPABILITIES } from '../../src/domain/backend/backend.ts';
import { type OperationSource, operationSources } from './source.ts';

export interface DeclaredOperation extends OperationSource {
  readonly name: string;
  readonly operation: AnyOperation;
  /** Given by callers, and not only by its parent. */
  readonly isPublic: boolean;
}

/** Every operation, with what its sources say of it. */
export const declaredOperations = (): readonly DeclaredOperation[] => {
  const told = operationSources(CAPABILITIES);
  const all: readonly AnyOperation[] = [...Object.values(operations), ...childOperations];
  return all.map((operation) => {
    const name: string = operation.command.name;
    const source = told.get(name);
    if (source === undefined) throw new Error(`no declaration of the operation ${name} was found under src/commands`);
    return { name, operation, isPublic: Object.hasOwn(operations, name), ...source };
  });
};
