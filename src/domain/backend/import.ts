import { z } from 'zod';
import { nextVersion } from '../aggregate.ts';
import { type Decision, nothingToDo, record } from '../decision.ts';
import { Text } from '../json.ts';
import { type Imported, originShape } from '../origin.ts';
import { type BackendState, BackendStateSchema, backendEvents } from './backend.ts';

const ImportedSchema = z.strictObject({ source: Text, state: BackendStateSchema });
/** A backend that another log knew. Since version 2 it tells its origin in a record of another program. */
export const BackendImported = nextVersion(
  backendEvents.fact('BackendImported', ImportedSchema),
  ImportedSchema.extend(originShape),
  (_state, { data }): BackendState => data.state,
  (data) => data,
);

/** Takes over a backend of another program. One that is here under this name stays as it is, and serves in its place. */
export const decideImportBackend = (state: BackendState, imported: Imported<BackendState>): Decision =>
  state.backend === null ? record(BackendImported.of(imported)) : nothingToDo;
