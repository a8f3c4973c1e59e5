import { rejections, ScoriaError } from '../domain/errors.ts';
import { ConnectorFailure, type HostConnector } from './contract.ts';
import type { HostEnvironment } from './environment.ts';

type MakeConnector = (environment: HostEnvironment) => HostConnector;

/** By `driver_volume_type`; loaded when asked for. One line per protocol. os-brick has the others. */
const builtIn: Readonly<Record<string, () => Promise<MakeConnector>>> = {
  iscsi: async () => (await import('./iscsi/connector.ts')).iscsiConnector,
  local: async () => (await import('./local.ts')).localConnector,
  memory: async () => (await import('./memory.ts')).memoryConnector,
  nvmeof: async () => (await import('./nvmeof/connector.ts')).nvmeofConnector,
  rbd: async () => (await import('./rbd/connector.ts')).rbdConnector,
};

export const PROTOCOLS: readonly string[] = Object.keys(builtIn);

/** Scoria's own connector of the protocol, or else os-brick's. */
export const findHostConnector = async (protocol: string, environment: HostEnvironment): Promise<HostConnector> => {
  const load = Object.hasOwn(builtIn, protocol) ? builtIn[protocol] : undefined;
  if (load !== undefined) return (await load())(environment);
  const { osBrickConnector } = await import('./os-brick/connector.ts');
  try {
    return await osBrickConnector(protocol, environment);
  } catch (error) {
    if (!(error instanceof ConnectorFailure)) throw error;
    const problem = `this host cannot attach volumes of protocol ${JSON.stringify(protocol)}: ${error.message}`;
    const remedy = `the protocols are ${PROTOCOLS.join(', ')}; ${error.remedy}`;
    throw new ScoriaError(rejections.ConnectorFailed(problem, remedy, { protocol }));
  }
};
