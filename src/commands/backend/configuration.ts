import { canonicalJson } from '../../audit/canonical.ts';
import type { DriverFacts } from '../../domain/backend/add.ts';
import type { Backend } from '../../domain/backend/backend.ts';
import { type HostNames, sameHosts } from '../../domain/backend/hosts.ts';
import type { JsonObject } from '../../domain/json.ts';
import { capabilitiesOf } from '../../drivers/contract.ts';
import type { Services } from '../services.ts';

interface Wished {
  readonly name: string;
  readonly driver: string;
  readonly options: JsonObject;
  readonly hosts: HostNames | undefined;
}

/** What a driver's definition makes of options, and whether the backend has them, and these hosts, already. */
export const driverFacts = async (
  { name, driver, options, hosts }: Wished,
  present: Backend | null,
  { drivers }: Services,
): Promise<DriverFacts> => {
  const configured = await drivers.configure(name, driver, options);
  const configuration = { driver: configured.driverName, options: configured.options };
  const sameConfiguration =
    present !== null &&
    canonicalJson(configuration) === canonicalJson({ driver: present.driver, options: present.options }) &&
    sameHosts(hosts, present.hosts);
  return { ...configuration, capabilities: capabilitiesOf(configured.driver), sameConfiguration };
};
