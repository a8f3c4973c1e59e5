import { rejections, ScoriaError } from '../domain/errors.ts';
import type { HostConnector } from './contract.ts';
import type { HostEnvironment } from './environment.ts';

type MakeConnector = (environment: HostEnvironment) => HostConnector;

/** By `driver_volume_type`; loaded when asked for. One line per protocol. */
const builtIn: Readonly<Record<string, () => Promise<MakeConnector>>> = {
  iscsi: async () => (await import('./iscsi/connector.ts')).iscsiConnector,
  local: async () => (await import('./local.ts')).localConnector,
  memory: async () => (await import('./memory.ts')).memoryConnector,
  nvmeof: async () => (await import('./nvmeof/connector.ts')).nvmeofConnector,
  rbd: async () => (await import('./rbd/connector.ts')).rbdConnector,
};

export const PROTOCOLS: readonly string[] = Object.keys(builtIn);

export const findHostConnector = async (protocol: string, environment: HostEnvironment): Promise<HostConnector> => {
  const load = Object.hasOwn(builtIn, protocol) ? builtIn[protocol] : undefined;
  if (load !== undefined) return (await load())(environment);
  throw new ScoriaError(
    rejections.ConnectorFailed(
      `this host cannot attach volumes of protocol ${JSON.stringify(protocol)}`,
      `the protocols are ${PROTOCOLS.join(', ')}; attach on another host or with another tool`,
      { protocol },
    ),
  );
};
