import {
  type Command,
  type CommandContext,
  type CommandInput,
  type Engine,
  ScoriaError,
  type SnapshotRecord,
  type VolumeRecord,
} from 'scoria';

/** What routes work with: Scoria, and the name of the backend on which volumes are made. */
export interface Storage {
  readonly engine: Engine;
  readonly backend: string;
}

/** A request, as routes see it. */
export interface Asked {
  /** From the path. */
  readonly id: string;
  /** A moment of the past to read, if one was asked for. */
  readonly at: string | undefined;
  readonly context: CommandContext;
  /** What should be of this type. Scoria checks it: what it refuses says which field is wrong, and what would be right. */
  body<Input>(): Promise<Input>;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: URLPattern;
  readonly answer: (storage: Storage, asked: Asked) => Promise<Answer>;
}

const route = (method: Route['method'], pathname: string, answer: Route['answer']): Route => ({
  method,
  path: new URLPattern({ pathname }),
  answer,
});

/**
 * Gives a command as data. Nothing is read before it, so that a request that is repeated after its answer was lost gets
 * that answer, whatever has become of the volume since.
 */
const give = async <Given extends Command>(engine: Engine, command: Given, context: CommandContext) => {
  const outcome = await engine.execute(command, context);
  if (outcome._tag === 'Left') throw new ScoriaError(outcome.left);
  return outcome.right;
};

/** What callers may see; the rest of a record is between Scoria and the array. */
const shownVolume = (volume: VolumeRecord | null) =>
  volume && {
    id: volume.id,
    name: volume.name,
    size: volume.size,
    status: volume.status,
    project_id: volume.project_id,
    user_id: volume.user_id,
    created_at: volume.created_at,
  };

const shownSnapshot = (snapshot: SnapshotRecord | undefined) =>
  snapshot && {
    id: snapshot.id,
    volume_id: snapshot.volume_id,
    name: snapshot.name,
    status: snapshot.status,
    volume_size: snapshot.volume_size,
  };

export const routes: readonly Route[] = [
  route('POST', '/volumes', async ({ engine, backend }, { body, context }) => {
    const input = await body<Omit<CommandInput<'CreateVolume'>, 'backend'>>();
    const { state } = await give(engine, { ...input, type: 'CreateVolume', backend }, context);
    return { status: 201, body: shownVolume(state.volume) };
  }),

  route('GET', '/volumes', async ({ engine }, { at }) => {
    const view = await engine.view(at);
    return { status: 200, body: view.volumes().map(shownVolume) };
  }),

  route('GET', '/volumes/:id', async ({ engine }, { id, at }) => {
    const view = await engine.view(at);
    return { status: 200, body: shownVolume(view.volume(id)) };
  }),

  route('DELETE', '/volumes/:id', async ({ engine }, { id, context }) => {
    await give(engine, { type: 'DeleteVolume', volume_id: id }, context);
    return { status: 204 };
  }),

  route('POST', '/volumes/:id/extend', async ({ engine }, { id, body, context }) => {
    const input = await body<Omit<CommandInput<'ExtendVolume'>, 'volume_id'>>();
    const { state } = await give(engine, { ...input, type: 'ExtendVolume', volume_id: id }, context);
    return { status: 200, body: shownVolume(state.volume) };
  }),

  route('POST', '/volumes/:id/snapshots', async ({ engine }, { id, body, context }) => {
    const input = await body<Omit<CommandInput<'CreateSnapshot'>, 'volume_id'>>();
    const made = await give(engine, { ...input, type: 'CreateSnapshot', volume_id: id }, context);
    return { status: 201, body: shownSnapshot(made.state.snapshots[made.id]) };
  }),

  route('GET', '/volumes/:id/history', async ({ engine }, { id, at }) => {
    const entries = [];
    for await (const { at: when, actor, words, reason } of (await engine.view(at)).history(id)) {
      entries.push({ at: when, actor, words, reason });
    }
    return { status: 200, body: entries };
  }),
];
