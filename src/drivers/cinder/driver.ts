import type { z } from 'zod';
import { Secret } from '../../secret.ts';
import { connectorWith } from '../connector-schema.ts';
import type { Driver, DriverDefinition, DriverEnvironment } from '../contract.ts';
import { type ClassAnswer, describeClass } from './classes.ts';
import { Connecting } from './connecting.ts';
import { Found } from './found.ts';
import { Makings } from './makings.ts';
import { optionsOf, optionValues } from './options.ts';
import { type ClassPlace, placeOf } from './place.ts';
import { manageIn, resourcesOf } from './resources.ts';
import { ServedClass } from './served-class.ts';
import { Volumes } from './volumes.ts';

/** A class of Cinder's, as a driver: `cinder:package.module.Class`. */
export const cinderDriver = async (name: string): Promise<DriverDefinition> => {
  const place = placeOf(name);
  const answer = await describeClass(name, place);
  const says = answer.description.replace(/[.\s]+$/, '');
  return {
    name,
    description: `${says === '' ? place.path : says}${answer.version === null ? '' : `, ${answer.version}`}, by Cinder`,
    options: optionsOf(answer.options),
    connector: connectorWith('host'),
    create: (options, environment) => createDriver(place, answer, options, environment),
  };
};

/** The class is asked only what it has of its own: what Cinder's base classes have for it refuses. */
const createDriver = (
  place: ClassPlace,
  { overrides, options: described, speaks_of_multiattach }: ClassAnswer,
  options: z.output<z.ZodObject>,
  environment: DriverEnvironment,
): Driver => {
  const can = (...methods: readonly string[]): boolean => methods.every((method) => overrides.includes(method));
  const credentials = Object.values(options).flatMap((value) => (value instanceof Secret ? [value.reveal()] : []));
  const opening = { place, options: optionValues(options, described), credentials };
  const served = new ServedClass(opening, environment);
  const found = new Found(served, can);
  const makings = new Makings(found);
  const volumes = new Volumes(served, found, makings, environment);
  const connecting = new Connecting(served, found, environment);

  return {
    setup: async () => void (await served.open()),
    stats: async () => (await served.report()).stats,
    createVolume: (volume) => volumes.create(volume),
    deleteVolume: (volume) => volumes.delete(volume),
    findVolume: (volume) => makings.foundVolume(volume),
    createExport: (volume, connector) => connecting.createExport(volume, connector),
    removeExport: (volume) => connecting.removeExport(volume),
    initializeConnection: (volume, connection) => connecting.initialize(volume, connection),
    terminateConnection: (volume, connection, options) => connecting.terminate(volume, connection, options),
    ...(can('extend_volume') && {
      extend: {
        online: true,
        extendVolume: (volume, sizeGiB, connections) => volumes.extend(volume, sizeGiB, connections),
      },
    }),
    ...(can('create_cloned_volume') && { clone: { cloneVolume: (volume, source) => volumes.clone(volume, source) } }),
    ...(can('create_snapshot', 'create_volume_from_snapshot') && { snapshots: volumes.snapshots }),
    ...(can('revert_to_snapshot') && {
      revert: { revertToSnapshot: (volume, snapshot) => volumes.revert(volume, snapshot) },
    }),
    ...(can('freeze_backend', 'thaw_backend') && {
      freeze: {
        freezeBackend: async () => void (await served.call('freeze_backend')),
        thawBackend: async () => void (await served.call('thaw_backend')),
      },
    }),
    ...(can('get_manageable_volumes') && { resources: resourcesOf(served, volumes, environment, can) }),
    ...(can('manage_existing', 'manage_existing_get_size') && { manage: manageIn(served, makings, environment) }),
    ...(speaks_of_multiattach && { multiattach: true }),
    close: async () => served.close(),
  };
};
