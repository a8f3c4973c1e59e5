import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Globals } from '../globals.ts';
import { inSession, type Session } from '../session.ts';
import type { CheckOptions } from './options.ts';

/** What is checked: a driver and its options, and the name of the backend that has them. */
export interface Target {
  readonly driver: string;
  readonly backendName: string;
  readonly options: JsonObject;
}

const UNNAMED = 'scoria-check';

/** A backend of the log, which is only read; or a driver that is given with its options. */
export const targetOf = async (name: string | undefined, options: CheckOptions & Globals): Promise<Target> => {
  const { driver, set = {} } = options;
  if (driver !== undefined && name === undefined) return { driver, backendName: UNNAMED, options: set };
  if (name === undefined || driver !== undefined) {
    const said = name === undefined ? 'nothing says what to check' : 'a backend and --driver are both given';
    throw invalid(said, 'give the name of a backend, or --driver and what it needs by --set');
  }
  if (Object.keys(set).length > 0) {
    throw invalid(`--set is for --driver: backend "${name}" has its options`, 'leave --set out, or give --driver');
  }
  return recorded(name, options);
};

const recorded = async (name: string, globals: Globals): Promise<Target> => {
  const backendIn = async ({ engine }: Session) => (await engine.view()).backend(name);
  const { driver, options, frozen } = await inSession(globals, 'refuse', backendIn);
  if (options === null) throw invalid(`the options of backend "${name}" are not known`, `add it with its options`);
  if (frozen !== 'thawed') {
    throw new ScoriaError(
      rejections.BackendFrozen(`backend "${name}" is ${frozen}, and a check makes volumes on it`, 'thaw it first', {
        name,
      }),
    );
  }
  return { driver, backendName: name, options };
};

export const invalid = (message: string, remedy: string): ScoriaError =>
  new ScoriaError(rejections.InvalidInput(message, remedy));
