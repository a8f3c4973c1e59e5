import type { CommandContext } from '../commands/given.ts';
import type { Engine, EngineOptions } from '../library/engine.ts';
import { holdsPassword, PASSWORD_REMEDY } from '../library/log-credential.ts';
import { createLogger } from '../logging.ts';
import { type CheckedBackends, type ConfiguredBackend, checkBackends } from './backends.ts';
import { type EffectiveSettings, effectiveSettings, type Origins } from './effective.ts';
import { type Fields, fieldsOf } from './fields.ts';
import { type Environment, findFile } from './find-file.ts';
import { type AnyProjection, loadProjections } from './load-projections.ts';
import { assertApplicable, type BackendPlan, planBackends } from './plan.ts';
import { inOrder, isNotEmpty, type Problem, refusalOf } from './problem.ts';
import type { Settings } from './schema.ts';
import { SETTINGS } from './settings.ts';
import { readYamlFile, unreadable, type YamlFile } from './yaml-file.ts';

export interface ConfigurationSources {
  /**
   * The path of a configuration file, or `null` for none. Unless given, `SCORIA_CONFIG` names it, or it is the first
   * that is there of `./scoria.yaml`, `$XDG_CONFIG_HOME/scoria/scoria.yaml` and `/etc/scoria/scoria.yaml`.
   */
  readonly file?: string | null;
  /** Settings, by the names they have in the file, that win over file and environment. Relative to the working directory. */
  readonly settings?: Settings;
  /** Where `SCORIA_LOG` and its like are looked up: `process.env`, unless given. */
  readonly environment?: Environment;
}

/** What a configuration file, the environment and the caller say together. */
export interface Configuration {
  /** The file that was read, as it was named or found; `null` without one. */
  readonly file: string | null;
  /** The settings that are set, in the file's names and units. */
  readonly settings: Settings;
  /** Where each of them stands. */
  readonly origins: Origins;
  /** For `createEngine`. The log is `scoria.db` in the working directory where nothing says otherwise. */
  readonly engine: EngineOptions & { readonly log: string };
  /** The names of the file's backends, whether or not the log has them. */
  readonly backendNames: readonly string[];
  /**
   * The file's backends, checked by their drivers. Throws `InvalidConfiguration` with the file, line and field of the
   * first mistake.
   */
  backends(): Promise<readonly ConfiguredBackend[]>;
  /** What `apply` would do. */
  plan(engine: Engine): Promise<BackendPlan>;
  /**
   * Adds and changes backends until the engine's log has those of the file, one after the other; it removes none.
   * Repeating it changes nothing. Throws `BackendConfigurationDiffers`, before it changes anything, when a backend has
   * another driver.
   */
  apply(engine: Engine, context?: Omit<CommandContext, 'commandId'>): Promise<BackendPlan>;
}

/**
 * Reads the configuration that the `scoria` command would: file, environment (`SCORIA_LOG`, ...) and settings, of which
 * the later win. Throws `InvalidConfiguration` with the file, line, column and field of the first mistake. The options
 * of backends are checked when they are asked for.
 *
 * ```ts
 * const configuration = await loadConfiguration('scoria.yaml');
 * await using engine = await createEngine(configuration.engine);
 * await configuration.apply(engine, { reason: 'start of the service' });
 * ```
 */
export const loadConfiguration = async (given: string | ConfigurationSources = {}): Promise<Configuration> => {
  const read = await readConfiguration(typeof given === 'string' ? { file: given } : given);
  if (isNotEmpty(read.problems)) throw refusalOf(read.problems);
  return configurationOf(read);
};

/** A configuration with everything that is wrong in it, besides the options of backends. */
export interface ReadConfiguration {
  readonly file: YamlFile | null;
  readonly fields: Fields;
  readonly effective: EffectiveSettings;
  readonly projections: readonly AnyProjection[];
  readonly problems: readonly Problem[];
}

export const readConfiguration = async (sources: ConfigurationSources): Promise<ReadConfiguration> => {
  const environment = sources.environment ?? process.env;
  const file = await fileOf(sources.file, environment);
  const fields: Fields = file === null ? { values: {}, problems: [] } : fieldsOf(file);
  const effective = effectiveSettings(file, fields, environment, sources.settings ?? {});
  const origin = effective.origins.projections ?? { source: 'given' };
  const { projections, problems } = await loadProjections(effective.values.projections ?? [], (index) =>
    origin.source === 'file' && file !== null ? file.placeOf(['projections', index]) : origin,
  );
  const ofLog = problemsOfLog(effective);
  const all = [...(file?.problems ?? []), ...fields.problems, ...effective.problems, ...ofLog, ...problems];
  return { file, fields, effective, projections, problems: inOrder(all) };
};

const problemsOfLog = ({ values, origins }: EffectiveSettings): readonly Problem[] =>
  values.log !== undefined && holdsPassword(values.log)
    ? [
        {
          place: origins.log ?? { source: 'given' },
          field: 'log',
          message: 'is a URL that holds a password',
          remedy: PASSWORD_REMEDY,
        },
      ]
    : [];

const fileOf = async (given: string | null | undefined, environment: Environment): Promise<YamlFile | null> => {
  if (given !== undefined) return given === null ? null : readYamlFile(given);
  const found = await findFile(environment);
  if (found === null) return null;
  if (found.distrusted === null) return readYamlFile(found.path);
  const remedy = `name it by --config or SCORIA_CONFIG if you trust it: it may name programs that are run`;
  return unreadable(found.path, `${found.distrusted}, and is not read unless it is named`, remedy);
};

export const configurationOf = ({ file, fields, effective, projections }: ReadConfiguration): Configuration => {
  let checked: Promise<CheckedBackends> | undefined;
  const backends = async () => {
    if (file === null) return [];
    checked ??= checkBackends(file, fields);
    const { backends: valid, problems } = await checked;
    if (isNotEmpty(problems)) throw refusalOf(problems);
    return valid;
  };
  const plan = async (engine: Engine): Promise<BackendPlan> => {
    const recorded = await engine.backends();
    return planBackends(
      await backends(),
      recorded.map(({ record }) => record),
    );
  };
  return {
    file: file?.path ?? null,
    settings: effective.values,
    origins: effective.origins,
    engine: engineOptionsOf(effective.values, projections),
    backendNames: Object.keys(fields.values.backends ?? {}),
    backends,
    plan,
    async apply(engine, context) {
      const planned = await plan(engine);
      assertApplicable(planned);
      for (const { name, action, driver, ...changes } of planned.steps) {
        if (action === 'add') await engine.addBackend({ name, driver, ...changes }, context);
        if (action === 'change') await (await engine.backend(name)).change(changes, context);
      }
      return planned;
    },
  };
};

const milliseconds = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : Math.round(seconds * 1000);

const engineOptionsOf = (
  settings: Settings,
  projections: readonly AnyProjection[],
): EngineOptions & { readonly log: string } => {
  const options = {
    user: settings.user,
    project: settings.project,
    nonUuidIds: settings.non_uuid_ids,
    rootHelper: settings.root_helper,
    osBrickPython: settings.os_brick_python,
    keyStore: settings.key_store,
    masterKey: settings.master_key,
    shredDeleted: settings.shred_deleted,
    operationsPerBackend: settings.operations_per_backend,
    busyTimeoutMs: milliseconds(settings.wait),
    leaseMs: milliseconds(settings.lease),
    lockTimeoutMs: milliseconds(settings.lock_timeout),
    catchUpTimeoutMs: milliseconds(settings.catch_up_timeout),
    effectTimeoutMs: milliseconds(settings.effect_timeout),
    stopTimeoutMs: milliseconds(settings.stop_timeout),
    reconcileTimeoutMs: milliseconds(settings.reconcile_timeout),
    host: settings.host,
    offerTimeoutMs: milliseconds(settings.offer_timeout),
    drainTimeoutMs: milliseconds(settings.drain_timeout),
    audit: fieldsGiven({
      keyFile: settings.audit_key_file,
      notesDirectory: settings.audit_notes_directory,
      notesCommand: settings.audit_notes_command,
      everyEvents: settings.audit_every_events,
      everyMs: milliseconds(settings.audit_every_seconds),
      atClose: settings.audit_at_close,
    }),
    policy: fieldsGiven({ requireReason: settings.require_reason, actors: settings.allowed_actors }),
  };
  return {
    log: settings.log ?? SETTINGS.log.default,
    projections,
    logger: createLogger({ level: settings.log_level ?? SETTINGS.log_level.default }),
    ...(withoutUndefined(options) as Omit<EngineOptions, 'log'>),
  };
};

/** What is given of them, or nothing. */
const fieldsGiven = (fields: object): object | undefined => {
  const given = withoutUndefined(fields);
  return Object.keys(given).length === 0 ? undefined : given;
};

const withoutUndefined = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
