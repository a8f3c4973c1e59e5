import type { z } from 'zod';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { Driver, DriverDefinition, DriverEnvironment } from './contract.ts';

/** What every driver has. */
export const CORE_METHODS = [
  'setup',
  'stats',
  'createVolume',
  'deleteVolume',
  'findVolume',
  'createExport',
  'removeExport',
  'initializeConnection',
  'terminateConnection',
] as const satisfies readonly (keyof Driver)[];

type CapabilityName = 'extend' | 'clone' | 'snapshots' | 'revert' | 'freeze' | 'resources' | 'manage';

/** What a driver has of a capability, if it has the capability. */
export const CAPABILITY_METHODS = {
  extend: ['extendVolume'],
  clone: ['cloneVolume'],
  snapshots: ['createSnapshot', 'deleteSnapshot', 'createVolumeFromSnapshot', 'findSnapshot'],
  revert: ['revertToSnapshot'],
  freeze: ['freezeBackend', 'thawBackend'],
  resources: ['listResources', 'findResource', 'deleteResource'],
  manage: ['manageExisting'],
} as const satisfies { readonly [Name in CapabilityName]: readonly (keyof NonNullable<Driver[Name]>)[] };

/** Makes a driver, and refuses one without the methods that the contract asks for: their absence would show late. */
export const makeDriver = <Options extends z.ZodObject>(
  definition: DriverDefinition<Options>,
  options: z.output<Options>,
  environment: DriverEnvironment,
): Driver => {
  const driver = definition.create(options, environment);
  const mistake = mistakeIn(driver as unknown as Members | undefined);
  if (mistake === null) return driver;
  throw new ScoriaError(
    rejections.UnknownDriver(`driver "${definition.name}" ${mistake.problem}`, mistake.remedy, {
      driver: definition.name,
    }),
  );
};

type Members = Readonly<Record<string, unknown>>;

const mistakeIn = (driver: Members | undefined): { problem: string; remedy: string } | null => {
  if (typeof driver !== 'object' || driver === null || isMethod(driver, 'then')) {
    return {
      problem: 'creates no object',
      remedy: 'return from create, without a promise, an object with the methods of Driver',
    };
  }
  const capabilities = Object.entries(CAPABILITY_METHODS);
  for (const [capability, methods] of capabilities) {
    const astray = driver[capability] === undefined ? methods.find((name) => isMethod(driver, name)) : undefined;
    if (astray !== undefined) {
      const problem = `has ${astray} beside its other methods, where Scoria does not look for it`;
      return { problem, remedy: `move it into the capability: ${capability}: { ${methods.join(', ')} }` };
    }
  }
  const lacking = [
    ...CORE_METHODS.filter((name) => !isMethod(driver, name)),
    ...capabilities.flatMap(([capability, methods]) =>
      methods
        .filter((name) => driver[capability] !== undefined && !isMethod(driver[capability], name))
        .map((name) => `${capability}.${name}`),
    ),
  ];
  if (lacking.length === 0) return null;
  const remedy = 'add what is missing; a capability that the storage does not have is left out as a whole';
  return { problem: `lacks ${lacking.join(', ')}`, remedy };
};

const isMethod = (owner: unknown, name: string): boolean => typeof (owner as Members | null)?.[name] === 'function';
