import type { ConnectionInfo, Connector } from '../drivers/contract.ts';
import { type RootFiles, rootFiles } from '../drivers/root-files.ts';
import { inTime } from '../in-time.ts';
import { type AttachOptions, ConnectorFailure, type Device, type HostConnector } from './contract.ts';
import type { HostEnvironment } from './environment.ts';
import { oneAtATime } from './host-lock.ts';
import { type UnitClaim, UnitClaims } from './unit-claims.ts';

const KERNEL_ANSWERS_WITHIN_MS = 30_000;

/** What leads to a logical unit somewhere else. */
export interface Route {
  readonly connectionId: string;
  /** The targets or subsystems, by name. */
  readonly targets: readonly string[];
  /** `TARGET/UNIT`, one or more: see `UnitClaim`. */
  readonly units: readonly string[];
}

export interface RouteOptions {
  readonly readOnly: boolean;
  /** Whether another connection of this host uses the device already. */
  readonly shared: boolean;
  readonly multipath: 'no' | 'wanted' | 'enforced';
  /** The connector properties of the connection. */
  readonly connector: Connector;
  /** Over which other connections go. */
  readonly targetsInUse: ReadonlySet<string>;
}

export interface DetachOptions extends Pick<RouteOptions, 'targetsInUse'> {
  readonly force: boolean;
  readonly device: Device | null;
}

/** What a protocol over the network adds to what all of them share. Called for one target at a time. */
export interface Network<AnyRoute extends Route> {
  readonly protocol: string;
  routeOf(info: ConnectionInfo): AnyRoute;
  /** `noted` is what was answered when it was attached. */
  find(route: AnyRoute, noted: Device | null): Promise<Device | null>;
  /** Leaves nothing of it when it fails. */
  attach(route: AnyRoute, options: RouteOptions): Promise<Device>;
  detach(route: AnyRoute, options: DetachOptions): Promise<void>;
  grow(route: AnyRoute, device: Device): Promise<bigint>;
}

/** A connector of units that connections may share, each in its own process. */
export const remoteConnector = <AnyRoute extends Route>(
  network: Network<AnyRoute>,
  environment: HostEnvironment,
  files: RootFiles,
): HostConnector => {
  const claims = new UnitClaims(environment.stateDirectory ?? '/run/scoria', files);

  const about = async (route: AnyRoute) => {
    const all = await claims.all();
    const others = all.filter(({ connectionId }) => connectionId !== route.connectionId);
    return {
      mine: all.find(({ connectionId }) => connectionId === route.connectionId) ?? null,
      sharing: others.filter(({ units }) => units.some((unit) => route.units.includes(unit))),
      targetsInUse: new Set(others.flatMap(({ units }) => units.map((unit) => unit.slice(0, unit.lastIndexOf('/'))))),
    };
  };

  const connectVolume = async (info: ConnectionInfo, options: AttachOptions): Promise<Device> => {
    const route = network.routeOf(info);
    const readOnly = options.attach_mode === 'ro' || info.data.access_mode === 'ro';
    return oneAtATime(route.targets, async () => {
      const { mine, sharing, targetsInUse } = await about(route);
      assertSameMode(readOnly, mine === null ? sharing : [mine, ...sharing]);
      const standing = mine?.settled ? await network.find(route, mine.device ?? null) : null;
      if (standing !== null) return standing;
      const { connectionId, units } = route;
      await claims.claim({ connectionId, units, readOnly, settled: false });
      try {
        const { connector = {} } = options;
        const [shared, multipath] = [sharing.length > 0, multipathOf(connector)];
        const device = await network.attach(route, { readOnly, shared, multipath, connector, targetsInUse });
        await claims.claim({ connectionId, units, readOnly, settled: true, device });
        return device;
      } catch (error) {
        if (error instanceof ConnectorFailure) await claims.end(connectionId);
        throw error;
      }
    });
  };

  const disconnectVolume: HostConnector['disconnectVolume'] = async (info, device, { force }) => {
    const route = network.routeOf(info);
    await oneAtATime(route.targets, async () => {
      const { mine, sharing, targetsInUse } = await about(route);
      const options = { force, targetsInUse, device: mine?.device ?? device };
      try {
        if (sharing.length === 0) await network.detach(route, options);
      } catch (error) {
        if (force) await claims.end(route.connectionId);
        throw error;
      }
      await claims.end(route.connectionId);
    });
  };

  return {
    protocol: network.protocol,
    connectVolume,
    disconnectVolume,
    findDevice: async (info) => {
      const route = network.routeOf(info);
      const { mine, sharing } = await about(route);
      return mine === null && sharing.length > 0 ? null : network.find(route, mine?.device ?? null);
    },
    extendVolume: (info, device) => network.grow(network.routeOf(info), device),
  };
};

/** The kernel may keep who writes to `/sys` waiting for as long as a target is silent. */
export const kernelFiles = ({ run }: HostEnvironment): RootFiles => {
  const files = rootFiles(run);
  return (steps) =>
    inTime(files(steps), KERNEL_ANSWERS_WITHIN_MS, () => {
      const paths = steps.map(({ path }) => path).join(', ');
      return new Error(`the kernel did not answer within ${KERNEL_ANSWERS_WITHIN_MS} ms: ${paths}`);
    });
};

const multipathOf = ({ multipath, enforce_multipath }: Connector): RouteOptions['multipath'] => {
  if (multipath !== true) return 'no';
  return enforce_multipath === true ? 'enforced' : 'wanted';
};

const assertSameMode = (readOnly: boolean, claims: readonly UnitClaim[]): void => {
  const other = claims.find((claim) => claim.readOnly !== readOnly);
  if (other === undefined) return;
  const mode = other.readOnly ? 'read-only' : 'writable';
  throw new ConnectorFailure(
    `the volume is attached ${mode} on this host, by connection ${other.connectionId}`,
    'detach it first, or attach in the same mode',
  );
};
