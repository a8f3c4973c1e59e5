import { canonicalJson } from '../audit/canonical.ts';
import type { Backend } from '../domain/backend/backend.ts';
import { type HostNames, sameHosts } from '../domain/backend/hosts.ts';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { ConfiguredBackend } from './backends.ts';

/** What brings a backend of the log to what the file wishes. */
export interface BackendStep {
  readonly name: string;
  readonly action: 'add' | 'change' | 'none';
  readonly driver: string;
  /** What is to be set; `null` takes an option away. */
  readonly options: JsonObject;
  /** The hosts that may execute for it from now on; absent where they stay as they are. */
  readonly hosts?: HostNames;
}

export interface BackendPlan {
  readonly steps: readonly BackendStep[];
  /** Backends of the log that the file does not name. They stay. */
  readonly not_in_file: readonly string[];
  /** Backends whose driver differs, which no change can bring about. */
  readonly other_driver: readonly { readonly name: string; readonly driver: string; readonly recorded: string }[];
}

type Recorded = Pick<Backend, 'name' | 'driver' | 'options' | 'hosts' | 'status'>;

/** Compares what the file wishes with what the log records. */
export const planBackends = (wished: readonly ConfiguredBackend[], recorded: readonly Recorded[]): BackendPlan => {
  const present = new Map(recorded.map((backend) => [backend.name, backend]));
  const names = new Set(wished.map(({ name }) => name));
  const pairs = wished.map((backend) => ({ backend, known: present.get(backend.name) }));
  return {
    steps: pairs.flatMap(({ backend, known }) =>
      known === undefined || known.driver === backend.driver ? [stepOf(backend, known)] : [],
    ),
    not_in_file: recorded.map(({ name }) => name).filter((name) => !names.has(name)),
    other_driver: pairs.flatMap(({ backend: { name, driver }, known }) =>
      known === undefined || known.driver === driver ? [] : [{ name, driver, recorded: known.driver }],
    ),
  };
};

const stepOf = ({ name, driver, options, hosts }: ConfiguredBackend, known: Recorded | undefined): BackendStep => {
  // Whether a backend in error came into use is not known: adding it again finds out.
  if (known === undefined || known.status === 'error')
    return { name, action: 'add', driver, options, ...(hosts.length === 0 ? {} : { hosts }) };
  const changed = changedOptions(options, known.options ?? {});
  const moved = sameHosts(hosts, known.hosts) ? {} : { hosts };
  const isSame = Object.keys({ ...changed, ...moved }).length === 0;
  return { name, action: isSame ? 'none' : 'change', driver, options: changed, ...moved };
};

/** What a step sets, in the names of the file. */
export const namesSet = ({ options, hosts }: BackendStep): readonly string[] => [
  ...Object.keys(options),
  ...(hosts === undefined ? [] : ['hosts']),
];

const same = (one: Json | undefined, other: Json | undefined): boolean =>
  one !== undefined && other !== undefined && canonicalJson(one) === canonicalJson(other);

const changedOptions = (wished: JsonObject, recorded: JsonObject): JsonObject => ({
  ...Object.fromEntries(Object.keys(recorded).flatMap((name) => (name in wished ? [] : [[name, null]]))),
  ...Object.fromEntries(Object.entries(wished).filter(([name, value]) => !same(value, recorded[name]))),
});

export const assertApplicable = ({ other_driver: [first] }: BackendPlan): void => {
  if (first === undefined) return;
  const { name, driver, recorded } = first;
  throw new ScoriaError(
    rejections.BackendConfigurationDiffers(
      `backend "${name}" has the driver ${JSON.stringify(recorded)}, and the configuration says ${JSON.stringify(driver)}`,
      `a backend keeps its driver: give the new one another name, or remove "${name}" first`,
      { backend: name, driver, recorded },
    ),
  );
};
