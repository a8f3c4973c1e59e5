import type { Command } from 'commander';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { View } from '../library/view.ts';
import type { Globals } from './globals.ts';
import { print, type Report } from './report.ts';
import { configurationFor, type IfMissing, type IfRolledBack, inSession, type Session } from './session.ts';

/** A verb's operands as commander hands them over: an optional one may be missing, a repeated one is a list. */
type Operands = readonly (string | number | readonly string[] | undefined)[];

type Action = (...received: unknown[]) => Promise<void>;

export const action =
  <Options>(answer: (operands: Operands, options: Options & Globals) => Promise<void>): Action =>
  (...received) => {
    const command = received.at(-1) as Command;
    return answer(received.slice(0, -2) as Operands, command.optsWithGlobals<Options & Globals>());
  };

/** A verb that gives a command. Only what may start a log makes a missing one. */
export const writing = <Options = object, Given extends Operands = readonly string[]>(
  act: (session: Session, operands: Given, options: Options & Globals) => Promise<Report>,
  ifMissing: IfMissing = 'refuse',
  ifRolledBack: IfRolledBack = 'refuse',
): Action =>
  action<Options>(async (operands, options) => {
    refusePast(options);
    const work = async (session: Session): Promise<void> => {
      const report = await act(session, operands as Given, options);
      session.clearProgress();
      await print(report, options.json ?? false);
    };
    await inSession(options, ifMissing, work, configurationFor(options), ifRolledBack);
  });

/** A verb that reads, now or `--at` a position or a time. */
export const reading = <Options = object, Given extends Operands = readonly string[]>(
  answer: (view: View, operands: Given, options: Options & Globals, session: Session) => Promise<Report> | Report,
  ifRolledBack: IfRolledBack = 'refuse',
): Action =>
  action<Options>(async (operands, options) => {
    const work = async (session: Session): Promise<void> => {
      const view = await session.engine.view(options.at);
      const report = await answer(view, operands as Given, options, session);
      session.clearProgress();
      await print(report, options.json ?? false);
    };
    await inSession(options, 'refuse', work, configurationFor(options), ifRolledBack);
  });

/** A verb that needs no log. */
export const telling = <Options = object, Given extends Operands = readonly string[]>(
  answer: (operands: Given, options: Options & Globals) => Promise<Report>,
): Action =>
  action<Options>(async (operands, options) => {
    refusePast(options);
    await print(await answer(operands as Given, options), options.json ?? false);
  });

/** Nothing is done in the past. */
export const refusePast = ({ at }: Globals): void => {
  if (at === undefined) return;
  throw new ScoriaError(
    rejections.InvalidInput('--at is for reading: nothing can be done in the past', 'leave --at out', { at }),
  );
};
