import type { Command } from '../../library/commander.ts';
import { partOf, volumeOf } from './about.ts';
import { connectionRules } from './connection-rules.ts';
import type { Ending, Rule, Rules } from './rule.ts';
import { leaveQuestion, type Refusals, type Storage, volume } from './storage.ts';
import { volumeRules } from './volume-rules.ts';

const backendRules: Rules<'FreezeBackend' | 'ThawBackend' | 'RefreshBackendStats' | 'SetKeyValue' | 'DeleteKeyValue'> =
  {
    FreezeBackend: {
      judge: ({ backend }) => (backend === 'frozen' ? 'nothing to do' : []),
      begin: (storage) => {
        storage.backend = 'freezing';
      },
      end: (storage, _, ending) => {
        storage.backend = ending === 'done' ? 'frozen' : 'thawed';
        return undefined;
      },
    },
    ThawBackend: {
      judge: ({ backend }) => (backend === 'thawed' ? 'nothing to do' : []),
      begin: (storage) => {
        storage.backend = 'thawing';
      },
      end: (storage, _, ending) => {
        storage.backend = ending === 'done' ? 'thawed' : 'frozen';
        return undefined;
      },
    },
    RefreshBackendStats: { judge: () => [] },
    SetKeyValue: {
      judge: ({ keyValues }, { key, value }) => (keyValues[key] === value ? 'nothing to do' : []),
      begin: ({ keyValues }, { key, value }) => {
        keyValues[key] = value;
      },
    },
    DeleteKeyValue: {
      judge: ({ keyValues }, { key }) => (keyValues[key] === undefined ? 'nothing to do' : []),
      begin: ({ keyValues }, { key }) => {
        delete keyValues[key];
      },
    },
  };

const rules = { ...volumeRules, ...connectionRules, ...backendRules };

export const ruleOf = ({ type }: Command): Rule<Command> => {
  const rule = (rules as Record<string, unknown>)[type];
  if (rule === undefined) throw new Error(`the model has no rule for ${type}`);
  return rule as Rule<Command>;
};

/** Why a command was refused or failed: `[]` when it was not, else the codes that would each be right. */
export type Answer = Refusals;

/** Goes from the decision to what is seen while the effect is under way. */
export const begin = (storage: Storage, command: Command): Answer | 'nothing to do' | 'under way' => {
  const rule = ruleOf(command);
  const judged = rule.judge(storage, command);
  if (judged === 'nothing to do' || judged.length > 0) return judged;
  rule.begin?.(storage, command);
  return rule.end === undefined ? [] : 'under way';
};

/** A command under way: which step comes next, and why it has failed, if it has. */
export interface Course {
  readonly command: Command;
  readonly ending: Ending;
  readonly step: number;
  readonly failed: Refusals;
}

export const courseOf = (command: Command, ending: Ending): Course => ({ command, ending, step: 0, failed: [] });

/** Takes the next step: the course goes on, or the command has its answer. */
export const proceed = (storage: Storage, course: Course): Course | Answer => {
  const { command, ending, step, failed } = course;
  const between = ruleOf(command).between?.[step];
  if (between === undefined) return end(storage, command, failed, ending);
  const refusals = between(storage, command, ending) ?? [];
  return { ...course, step: refusals.length > 0 ? Number.POSITIVE_INFINITY : step + 1, failed: refusals };
};

export const isAnswer = (next: Course | Answer): next is Answer => Array.isArray(next);

/** What is left. */
const end = (storage: Storage, command: Command, failed: Refusals, ending: Ending): Answer => {
  const rule = ruleOf(command);
  const isFrozen = rule.changesArray === true && storage.backend !== 'thawed';
  const answer = rule.end?.(storage, command, isFrozen || failed.length > 0 ? 'failed' : ending);
  if (failed.length > 0) return failed;
  if (isFrozen) return ['BackendFrozen', ...(answer ?? [])];
  if (answer !== undefined) return answer;
  if (ending === 'failed') return [rule.failure ?? 'DriverFailed'];
  if (ending === 'done') return [];
  const id = volumeOf(command);
  if (id === null) return ['OutcomeUnknown'];
  leaveQuestion(volume(storage, id), { operation: command.type, about: partOf(command) });
  return ['OutcomeUnknown'];
};

/** Gives the model a command on its own, whose one driver call ends so: why it is refused or fails, or `[]`. */
export const give = (storage: Storage, command: Command, ending: Ending): Answer => {
  const begun = begin(storage, command);
  if (begun === 'nothing to do') return [];
  if (begun !== 'under way') return begun;
  let next: Course | Answer = courseOf(command, ending);
  while (!isAnswer(next)) next = proceed(storage, next);
  return next;
};
