import { z } from 'zod';
import { BackendName } from '../domain/backend/backend.ts';
import { HostName, HostNamesSchema } from '../domain/backend/hosts.ts';
import { Text } from '../domain/json.ts';
import { hasNoNul, NO_NUL, type SecretReference, secret } from '../drivers/options.ts';
import { LOG_LEVELS, SETTINGS, type SettingName } from './settings.ts';

/** The longest time that a timer of Node's can wait is a little more. */
const MOST_SECONDS = 2_000_000;
const seconds = (least = 0) => z.number().min(least).max(MOST_SECONDS);

const Path = Text.min(1).refine(hasNoNul, NO_NUL);
/** A program and its arguments. */
const Program = z.array(z.string().min(1)).min(1).readonly();

const shapes = {
  log: Path,
  user: Text.min(1),
  project: Text.min(1),
  wait: seconds(),
  non_uuid_ids: z.boolean(),
  root_helper: z.string(),
  os_brick_python: Path.startsWith('/', { error: 'must be an absolute path' }),
  log_level: z.enum(LOG_LEVELS),
  projections: z.array(z.string().min(1)).readonly(),
  key_store: z.union([Path, z.strictObject({ command: Program })]),
  master_key: secret() as unknown as z.ZodType<SecretReference>,
  shred_deleted: z.boolean(),
  operations_per_backend: z.int().min(1),
  lease: seconds(1),
  lock_timeout: seconds(),
  catch_up_timeout: seconds(0.1),
  effect_timeout: seconds(1),
  stop_timeout: seconds(),
  reconcile_timeout: seconds(),
  host: HostName,
  offer_timeout: seconds(),
  drain_timeout: seconds(),
  audit_key_file: Path,
  audit_notes_directory: Path,
  audit_notes_command: Program,
  audit_every_events: z.int().min(1),
  audit_every_seconds: seconds(1),
  audit_at_close: z.boolean(),
  require_reason: z.boolean(),
  allowed_actors: z.array(z.string().min(1)).readonly(),
} satisfies Record<SettingName, z.ZodType>;

/** Every setting is optional: what none gives has its default. */
const SettingsSchema = z.strictObject(shapes).partial();
/** The settings by the names and in the units of the file: times in seconds, paths and modules as texts. */
export type Settings = z.output<typeof SettingsSchema>;

/** What a driver's options are is the driver's to say. */
const DriverOptions = z.record(z.string(), z.json());

export const BackendEntry = z.looseObject({
  volume_driver: z
    .string()
    .min(1)
    .describe('The driver: one of `scoria driver list`, ./driver.ts (from the directory of this file) or npm:package'),
  hosts: HostNamesSchema.describe('The hosts that may execute for the backend; any, where none is named').optional(),
});

export const ConfigurationSchema = z.strictObject({
  ...SettingsSchema.shape,
  backend_defaults: DriverOptions.optional().describe('Options for all backends whose drivers have them'),
  backends: z
    .record(BackendName, BackendEntry)
    .optional()
    .describe("The backends by name: volume_driver, the hosts that may execute, and the driver's options"),
});

export type FieldName = keyof typeof ConfigurationSchema.shape;

export const FIELD_NAMES = Object.keys(ConfigurationSchema.shape) as readonly FieldName[];

export const isField = (name: string): name is FieldName => Object.hasOwn(ConfigurationSchema.shape, name);

export const fieldDescription = (name: FieldName): string =>
  name === 'backends' || name === 'backend_defaults'
    ? (ConfigurationSchema.shape[name].description ?? '')
    : SETTINGS[name].description;
