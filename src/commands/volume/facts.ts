import { backendStream, NO_BACKEND } from '../../domain/backend/backend.ts';
import { isTooDeep } from '../../domain/json.ts';
import type { BackendFacts } from '../../domain/volume/checks.ts';
import type { ConnectorFacts } from '../../domain/volume/connect.ts';
import type { SnapshotFacts } from '../../domain/volume/snapshot-create.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import type { Connector } from '../../drivers/contract.ts';
import { findDriver } from '../../drivers/registry.ts';
import type { KnownResource } from '../../projections/inventory.ts';
import type { FactsContext } from '../operation.ts';

type Context = FactsContext<'volume'>;

export const backendNamed = async (name: string, { inventory }: Pick<Context, 'inventory'>): Promise<BackendFacts> => ({
  backend: inventory.state('backend', backendStream(name)),
});

/** The backend of a volume that is there; deciders refuse a volume that is not before they look at it. */
export const backendOf = async (_input: unknown, context: Context): Promise<BackendFacts> =>
  context.state.volume === null ? { backend: NO_BACKEND } : backendNamed(context.state.volume.backend_name, context);

/** Whether any volume ever had a snapshot or a connection of this id. */
export const idKnown = async (id: string, { inventory }: Pick<Context, 'inventory'>): Promise<SnapshotFacts> => ({
  idKnown: inventory.resource(id) !== null,
});

/** Whether this volume ever had it: what is gone from it already needs no deleting. */
export const idKnownHere = async (
  kind: KnownResource['kind'],
  id: string,
  volume_id: string,
  { inventory }: Pick<Context, 'inventory'>,
): Promise<SnapshotFacts> => {
  const known = inventory.resource(id);
  return { idKnown: known?.kind === kind && known.stream === volumeStream(volume_id) };
};

/** What deciding on a connection needs: the backend, whether its id is taken, and what the driver says of the host. */
export const connectionFacts = async (
  id: string,
  connector: Connector,
  context: Context,
): Promise<BackendFacts & SnapshotFacts & ConnectorFacts> => {
  const facts = await backendOf(null, context);
  const { backend } = facts.backend;
  const connectorProblems = backend === null ? [] : await problemsOf(backend.driver, connector);
  return { ...facts, ...(await idKnown(id, context)), connectorProblems };
};

/** What the driver finds wrong with a connector, by field. */
export const problemsOf = async (driver: string, connector: Connector): Promise<string[]> => {
  if (isTooDeep(connector)) return ['connector: is nested too deeply'];
  const definition = await findDriver(driver);
  const parsed = definition.connector.safeParse(connector);
  return parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.map(String).join('.') || 'connector'}: ${issue.message}`);
};
