import { randomUUID } from 'node:crypto';
import { rejections, ScoriaError } from '../domain/errors.ts';
import { absoluteModule, moduleSpecifier } from '../module-specifier.ts';
import { didYouMean } from '../nearest.ts';
import { CINDER_CLASS, cinderName, isClassPath, placeOf, presentPath } from './cinder/place.ts';
import type { DriverDefinition } from './contract.ts';
import { isSecretField } from './secret-fields.ts';

type DriverModule = { readonly default: unknown };

/** Loaded when asked for, so that a process pays for the drivers it uses. One line per driver. */
const builtIn: Readonly<Record<string, () => Promise<DriverModule>>> = {
  file: () => import('./file/driver.ts'),
  lvm: () => import('./lvm/driver.ts'),
  memory: () => import('./memory/driver.ts'),
  rbd: () => import('./rbd/driver.ts'),
};

/** What Cinder calls the drivers that are here too: its `volume_driver`. */
const CINDER_NAMES: Readonly<Record<string, string>> = {
  'cinder.volume.drivers.lvm.LVMVolumeDriver': 'lvm',
  'cinder.volume.drivers.rbd.RBDDriver': 'rbd',
};

/** Whether it is a class of Cinder's own, which runs in a side process. */
export const isOfCinder = (driver: string): boolean => driver.startsWith(CINDER_CLASS);

export const DRIVER_NAMES: readonly string[] = Object.keys(builtIn);

/** The names that a driver is known by: its own, and Cinder's. */
export const namesOf = (driver: string): readonly string[] => [
  driver,
  ...Object.keys(CINDER_NAMES).filter((name) => CINDER_NAMES[name] === driver),
];

/** What Cinder calls a driver, as its `volume_driver`; `null` where it has none like it. */
export const cinderNameOf = (driver: string): string | null =>
  isOfCinder(driver)
    ? placeOf(driver).path
    : (Object.keys(CINDER_NAMES).find((name) => CINDER_NAMES[name] === driver) ?? null);

const ownName = (given: string): string => {
  const name = isClassPath(given) ? presentPath(given) : given;
  return (Object.hasOwn(CINDER_NAMES, name) ? CINDER_NAMES[name] : undefined) ?? cinderName(name) ?? name;
};

/** The driver for a `volume_driver`: Scoria's own where it is here too, `cinder:CLASS` else. */
export const driverForClass = (path: string): string => {
  const name = ownName(path);
  return DRIVER_NAMES.includes(name) || isOfCinder(name) ? name : CINDER_CLASS + name;
};

/** Drivers that this process was given as values, by the names that they were given here. */
const provided = new Map<string, DriverDefinition>();

/** Makes a driver known to this process, under the name that is answered, until it is disposed of. */
export const provideDriver = (definition: DriverDefinition): Disposable & { readonly name: string } => {
  const name = `process:${randomUUID()}`;
  provided.set(name, definition);
  return { name, [Symbol.dispose]: () => void provided.delete(name) };
};

/**
 * The driver of that name: a built-in one (`file`, or the name that Cinder has for it), a class of Cinder's
 * (`cinder:package.module.Class`), a module (`./driver.ts` from the working directory, an absolute path, a `file:` URL) or
 * a package (`npm:some-driver`) that exports a driver definition as its default.
 */
export const findDriver = async (given: string): Promise<DriverDefinition> => {
  const name = ownName(given);
  const load = Object.hasOwn(builtIn, name) ? builtIn[name] : undefined;
  if (load !== undefined) return checked(name, await load());
  const here = provided.get(name);
  if (here !== undefined) return here;
  if (cinderName(name) !== null) return (await import('./cinder/driver.ts')).cinderDriver(name);
  const specifier = moduleSpecifier(name);
  if (specifier === null) throw unknownDriver(name);
  return checked(name, await loaded(name, specifier));
};

/** The built-in drivers. */
export const listDrivers = (): Promise<readonly DriverDefinition[]> => Promise.all(DRIVER_NAMES.map(findDriver));

/** The classes of Cinder that a Python has, the system's unless one is named. */
export const listCinderClasses = async (python?: string) => (await import('./cinder/classes.ts')).listClasses(python);

const loaded = async (name: string, specifier: string): Promise<DriverModule> => {
  try {
    return (await import(specifier)) as DriverModule;
  } catch (error) {
    const reason = error instanceof Error ? withoutImporter(error.message) : String(error);
    throw new ScoriaError(
      rejections.UnknownDriver(
        `driver module ${JSON.stringify(name)} cannot be loaded: ${reason}`,
        'give the path of a module that can be imported, such as ./driver.ts, or npm: and the name of a package',
        { driver: name },
      ),
      { cause: error },
    );
  }
};

/** Which module of Scoria looked for it says nothing to whoever named it. */
const withoutImporter = (message: string): string => {
  const [, said = message, importer = ''] = /^(.*) imported from (.*)$/.exec(message) ?? [];
  return importer === import.meta.filename ? said : message;
};

const isSchema = (value: unknown): boolean =>
  typeof (value as { safeParse?: unknown } | undefined)?.safeParse === 'function' &&
  typeof (value as { _zod?: unknown })._zod === 'object';

const PARTS: Readonly<Record<keyof DriverDefinition, { readonly is: (part: unknown) => boolean; needs: string }>> = {
  name: { is: (part) => typeof part === 'string' && part !== '', needs: 'a text' },
  description: { is: (part) => typeof part === 'string', needs: 'a text' },
  options: {
    is: (part) => isSchema(part) && typeof (part as { shape?: unknown }).shape === 'object',
    needs: 'a zod 4 object schema',
  },
  connector: { is: isSchema, needs: 'a zod 4 schema' },
  secrets: {
    is: (part) => part === undefined || (Array.isArray(part) && part.every(isSecretField)),
    needs: 'a list of provider_auth and paths such as connection_info.data.auth_password',
  },
  create: { is: (part) => typeof part === 'function', needs: 'a function' },
};

const checked = (name: string, module: DriverModule): DriverDefinition => {
  const definition = module.default as DriverDefinition | undefined;
  const wrong =
    typeof definition === 'object' && definition !== null
      ? Object.entries(PARTS).find(([part, { is }]) => !is(definition[part as keyof DriverDefinition]))
      : (['default', { needs: 'a driver definition' }] as const);
  if (wrong === undefined) return definition as DriverDefinition;
  throw new ScoriaError(
    rejections.UnknownDriver(
      `driver module ${JSON.stringify(name)} exports no driver: its "${wrong[0]}" is not ${wrong[1].needs}`,
      'export the result of defineDriver({ name, description, options, connector, create }) as default',
      { driver: name },
    ),
  );
};

const unknownDriver = (name: string): ScoriaError =>
  new ScoriaError(
    rejections.UnknownDriver(
      `there is no driver ${JSON.stringify(name)}`,
      `${didYouMean(name, DRIVER_NAMES, 'the drivers are')}; one of your own is given as ./driver.ts or npm:package, one of Cinder as cinder:CLASS`,
      { driver: name },
    ),
  );

/** The name as it is recorded. A relative path is taken from the directory. */
export const absoluteDriverName = (name: string, directory?: string): string =>
  absoluteModule(ownName(name), directory);
