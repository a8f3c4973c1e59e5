import * as E from 'fp-ts/lib/Either.js';
import type { z } from 'zod';
import { type CommandContext, contextProblem } from '../commands/given.ts';
import { operations } from '../commands/operations.ts';
import type { Runner } from '../commands/runner.ts';
import { type Rejection, rejections, ScoriaError } from '../domain/errors.ts';
import type { StreamKind, StreamStates } from '../domain/streams.ts';
import { didYouMean } from '../nearest.ts';
import type { Refusals } from './policy.ts';

type Operations = typeof operations;
export type CommandName = keyof Operations;

type Fields<Name extends CommandName> = z.input<Operations[Name]['command']['schema']>;

/** What a command takes; the `id` of what it makes may be left out. */
export type CommandInput<Name extends CommandName> = Operations[Name] extends { readonly creates?: true }
  ? 'id' extends keyof Fields<Name>
    ? Omit<Fields<Name>, 'id'> & { readonly id?: string }
    : Fields<Name>
  : never;

/** A command as data: its name as `type`, and its input. */
export type Command = { [Name in CommandName]: { readonly type: Name } & CommandInput<Name> }[CommandName];

type KindOf<Name extends CommandName> = Operations[Name]['kind'];

/** The state of the command's stream at its outcome, and the command's input with the ids it made. */
export interface CommandOutcome<Kind extends StreamKind = StreamKind> {
  readonly state: StreamStates[Kind];
  readonly id: string;
}

/** How a command ended: a rejection, or what it led to. */
export type Execution<Given extends Command> = E.Either<Rejection, CommandOutcome<KindOf<Given['type']>>>;

/** Gives commands to the runner: as data with `Either`, and by name with errors that are thrown. */
export interface Commander {
  execute<Given extends Command>(command: Given, context?: CommandContext): Promise<Execution<Given>>;
  give<Name extends CommandName>(
    name: Name,
    input: CommandInput<Name>,
    context?: CommandContext,
  ): Promise<CommandOutcome<KindOf<Name>>>;
}

const isCommandName = (type: unknown): type is CommandName =>
  typeof type === 'string' && Object.hasOwn(operations, type);

const noSuchCommand = (type: unknown): Rejection => {
  const named = typeof type === 'string' ? type : '';
  const said = named === '' ? 'the command has no name as its type' : `there is no command ${JSON.stringify(named)}`;
  return rejections.InvalidInput(said, didYouMean(named, Object.keys(operations), 'the commands are'));
};

export const commanderOf = (runner: Runner, refusals?: Refusals): Commander => {
  const execute = async (command: Command, context: CommandContext = {}) => {
    const { type, ...input } = command;
    if (!isCommandName(type)) return E.left(noSuchCommand(type));
    const refusal = contextProblem(context) ?? refusals?.refuse(type, context) ?? null;
    if (refusal !== null) return E.left(refusal);
    const result = await runner.execute(operations[type], input, context);
    return E.map(({ state, input: given }: { state: unknown; input: { id?: unknown } }) => ({
      state,
      id: String(given.id ?? ''),
    }))(result);
  };
  return {
    execute: execute as Commander['execute'],
    async give(name, input, context) {
      const outcome = await execute({ type: name, ...input } as Command, context);
      if (E.isLeft(outcome)) throw new ScoriaError(outcome.left);
      return outcome.right as never;
    },
  };
};
