import { isCredentialOption } from '../../credential-names.ts';
import { NO_OPEN_WORK } from '../../domain/aggregate.ts';
import { type Backend, BackendName, type BackendState } from '../../domain/backend/backend.ts';
import { ScoriaError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { capabilitiesOf } from '../../drivers/contract.ts';
import { absoluteDriverName, DRIVER_NAMES, namesOf } from '../../drivers/registry.ts';
import type { Drivers } from '../services.ts';
import type { FoundBackend } from './records.ts';
import { kept, read, storable, Unusable } from './unusable.ts';

/** A backend as it would be recorded. */
export interface BackendToImport {
  readonly state: BackendState & { readonly backend: Backend };
  readonly kept: JsonObject;
  readonly notes: readonly string[];
}

/** A driver of Scoria's own: a source must not name a module, which would be run. */
const ownDriver = (name: unknown): string | null =>
  typeof name === 'string' && DRIVER_NAMES.some((driver) => namesOf(driver).includes(name)) ? name : null;

export const backendNameOf = (name: string): string => {
  try {
    return read(BackendName, name, '');
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    throw new Unusable(
      `the backend name ${JSON.stringify(name)} ${error.message}`,
      `give it another name here: --backend '${name}=NAME'`,
    );
  }
};

/**
 * A backend that is not in the record. Its options are taken over where they are all of the driver's; a credential
 * never is, because the record holds references only. Throws `Unusable` without a driver of ours.
 */
export const backendToImport = async (
  { config }: FoundBackend,
  name: string,
  drivers: Pick<Drivers, 'configure'>,
  now: string,
): Promise<BackendToImport> => {
  const { volume_backend_name: _, volume_driver, ...given } = config;
  const driver = ownDriver(volume_driver);
  if (driver === null) {
    const what =
      volume_driver === undefined
        ? 'the source does not tell its driver'
        : `it has no driver ${JSON.stringify(volume_driver)}`;
    throw new Unusable(
      `there is no backend "${name}" here, and ${what}`,
      `\`scoria backend add ${name} --driver DRIVER\` adds it first; --backend '${name}=OTHER' names one that is here`,
    );
  }
  const credentials = Object.keys(given).filter(isCredentialOption);
  const options = Object.fromEntries(Object.entries(given).filter(([option]) => !isCredentialOption(option)));
  const notes = credentials.length === 0 ? [] : [`its credentials are not taken over: ${credentials.join(', ')}`];
  const configured = await configurationOf(name, driver, storable(options) as JsonObject, drivers);
  if (configured.problem !== null) {
    notes.push(
      `its options are not taken over (${configured.problem}): \`scoria backend change ${name} --set\` gives them`,
    );
  }
  const backend: Backend = {
    name,
    driver: absoluteDriverName(driver),
    options: configured.options,
    capabilities: configured.capabilities,
    status: 'available',
    frozen: 'thawed',
    stats: null,
    stats_at: null,
    created_at: now,
  };
  return { state: { ...NO_OPEN_WORK, backend }, kept: kept(configured.problem === null ? {} : options), notes };
};

const configurationOf = async (
  name: string,
  driver: string,
  given: JsonObject,
  drivers: Pick<Drivers, 'configure'>,
): Promise<Pick<Backend, 'options' | 'capabilities'> & { readonly problem: string | null }> => {
  try {
    const configured = await drivers.configure(name, driver, given);
    return { options: configured.options, capabilities: capabilitiesOf(configured.driver), problem: null };
  } catch (error) {
    if (!(error instanceof ScoriaError)) throw error;
    return { options: null, capabilities: [], problem: error.rejection.message };
  }
};
