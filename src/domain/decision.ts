import * as E from 'fp-ts/lib/Either.js';
import type { z } from 'zod';
import type { Rejection } from './errors.ts';
import type { Actor, NewEvent } from './event.ts';

/** What a decider answers: the events to record (none when there is nothing to do), or why not. */
export type Decision = E.Either<Rejection, readonly NewEvent<string, unknown>[]>;

export const record = (...events: readonly NewEvent<string, unknown>[]): Decision => E.right(events);
export const nothingToDo: Decision = E.right([]);
export const refuse = (rejection: Rejection): Decision => E.left(rejection);

/** A command's name and the shape of its input. */
export interface CommandDefinition<Name extends string = string, Schema extends z.ZodType = z.ZodType> {
  readonly name: Name;
  readonly schema: Schema;
}

export const command = <Name extends string, Schema extends z.ZodType>(
  name: Name,
  schema: Schema,
): CommandDefinition<Name, Schema> => ({ name, schema });

export type InputOf<Definition extends CommandDefinition> = z.output<Definition['schema']>;

/** What every decider knows besides the state and the command. */
export interface Facts {
  readonly actor: Actor;
}
