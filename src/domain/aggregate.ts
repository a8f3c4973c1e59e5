import { z } from 'zod';
import type { NewEvent, RecordedEvent } from './event.ts';
import type { JsonObject } from './json.ts';

/** An intent whose outcome the log does not hold yet. */
export const OpenIntentSchema = z.strictObject({
  /** The intent event's id and revision (decimal string) in this stream. */
  event_id: z.string(),
  revision: z.string(),
  operation: z.string(),
  /**
   * The snapshot or connection that it is about, or the name of something on the array; `null` where it is about the
   * stream's own resource.
   */
  subject: z.string().nullable(),
  command_id: z.string(),
  correlation_id: z.string(),
  executor: z.string(),
  at: z.string(),
  /** The hosts that may execute it, where the intent itself says so and not its backend. */
  hosts: z.array(z.string()).readonly().exactOptional(),
  /** Nobody works on it yet: executors that may take it up have until then (ISO 8601 in UTC). */
  offered_until: z.string().exactOptional(),
});
export type OpenIntent = z.infer<typeof OpenIntentSchema>;

/** An operation that ended neither way, and that the driver could not tell about. */
export const OpenQuestionSchema = z.strictObject({
  ...OpenIntentSchema.shape,
  question: z.string(),
});
export type OpenQuestion = z.infer<typeof OpenQuestionSchema>;

export const openWorkShape = {
  open: z.array(OpenIntentSchema).readonly(),
  questions: z.array(OpenQuestionSchema).readonly(),
};

// States are JSON, so their types are type aliases: interfaces have no index signature.
/** Whose operation is claimed: the id of its intent event, and the executor that wrote it or claimed it before. */
export const ClaimShape = { intent_id: z.string(), from_executor: z.string() };
/** Whom an intent is offered to, and until when (ISO 8601 in UTC, by the clock of whoever offers it). */
export const OfferShape = { hosts: z.array(z.string()).min(1).readonly(), until: z.iso.datetime() };

/** What the state of every stream holds besides its own facts. */
export type OpenWork = {
  readonly open: readonly OpenIntent[];
  readonly questions: readonly OpenQuestion[];
};
export const NO_OPEN_WORK: OpenWork = { open: [], questions: [] };

/**
 * An intent opens work, an outcome ends it (and an unknown one leaves a question), a claim hands it to another executor,
 * an offer leaves it to whoever may execute it, a fact does none of these.
 */
export type EventRole = 'intent' | 'outcome' | 'unknown' | 'claim' | 'offer' | 'fact';

/** Turns the data of one version of an event into that of the next. Pure. */
export type Upcast = (data: JsonObject) => JsonObject;

export interface EventDefinition<State = unknown, Type extends string = string, Data = unknown> {
  readonly type: Type;
  /** The version that is written today. */
  readonly version: number;
  readonly role: EventRole;
  readonly schema: z.ZodType<Data>;
  /** By the version that it starts from. */
  readonly upcasts: { readonly [version: number]: Upcast };
  readonly evolve: (state: State, event: RecordedEvent<string, Data>) => State;
  /** The snapshot or connection that it is about; `null` where it is about the stream's own resource. */
  readonly subject: (data: AboutPart) => string | null;
  /** The event as a decider returns it. */
  readonly of: (data: Data) => NewEvent<Type, Data>;
}

// biome-ignore lint/suspicious/noExplicitAny: the data types of an aggregate's events differ
export type AnyEventDefinition<State> = EventDefinition<State, string, any>;

/** The event of a definition, as readers see it. */
export type EventOf<Definition> = Definition extends {
  readonly type: infer Type extends string;
  readonly schema: z.ZodType<infer Data>;
}
  ? RecordedEvent<Type, Data>
  : never;

export type DataOf<Definition> = Definition extends { readonly schema: z.ZodType<infer Data> } ? Data : never;

/** Makes the event definitions of one aggregate; a definition without `evolve` leaves the state's own facts alone. */
export const eventsOf = <State>() => {
  const define =
    (role: EventRole) =>
    <Type extends string, Data>(
      type: Type,
      schema: z.ZodType<Data>,
      evolve: (state: State, event: RecordedEvent<string, Data>) => State = (state) => state,
      subject: (data: AboutPart) => string | null = partIn,
    ): EventDefinition<State, Type, Data> => ({
      type,
      version: 1,
      role,
      schema,
      upcasts: {},
      evolve,
      subject,
      of: (data) => ({ type, v: 1, data }),
    });
  return {
    intent: define('intent'),
    outcome: define('outcome'),
    unknown: define('unknown'),
    claim: define('claim'),
    offer: define('offer'),
    fact: define('fact'),
  };
};

/** The next version of an event: `upcast` turns the data of the version before into this one's. */
export const nextVersion = <State, Type extends string, Before, Data>(
  before: EventDefinition<State, Type, Before>,
  schema: z.ZodType<Data>,
  evolve: (state: State, event: RecordedEvent<string, Data>) => State,
  upcast: Upcast,
): EventDefinition<State, Type, Data> => {
  const version = before.version + 1;
  return {
    type: before.type,
    version,
    role: before.role,
    schema,
    upcasts: { ...before.upcasts, [before.version]: upcast },
    evolve,
    subject: before.subject,
    of: (data) => ({ type: before.type, v: version, data }),
  };
};

/** One kind of stream: how its state begins and what each of its events does to it. */
export interface Aggregate<State extends OpenWork> {
  readonly kind: string;
  readonly initial: State;
  readonly state: z.ZodType<State>;
  readonly events: { readonly [type: string]: AnyEventDefinition<State> };
}

export const aggregate = <State extends OpenWork>(
  kind: string,
  initial: State,
  state: z.ZodType<State>,
  definitions: readonly AnyEventDefinition<State>[],
): Aggregate<State> => ({
  kind,
  initial,
  state,
  events: Object.fromEntries(definitions.map((definition) => [definition.type, definition])),
});

export interface AboutPart {
  readonly snapshot_id?: string;
  readonly connection_id?: string;
  readonly reference?: string;
  readonly snapshot?: { readonly id: string };
  readonly connection?: { readonly id: string };
}

const partIn = (data: AboutPart): string | null =>
  data.snapshot_id ?? data.connection_id ?? data.snapshot?.id ?? data.connection?.id ?? data.reference ?? null;

/** The questions that are left when a snapshot or a connection is gone. */
export const questionsWithout = ({ questions }: OpenWork, subject: string): readonly OpenQuestion[] =>
  questions.filter((question) => question.subject !== subject);

const openIntent = (event: RecordedEvent, subject: string | null): OpenIntent => ({
  event_id: event.id,
  revision: String(event.revision),
  operation: event.meta.command,
  subject,
  command_id: event.meta.commandId,
  correlation_id: event.meta.correlationId,
  executor: event.meta.executor,
  at: event.meta.at,
  ...(Array.isArray(event.data.hosts) ? { hosts: event.data.hosts as readonly string[] } : {}),
});

const withoutCommand = <Entry extends OpenIntent>(entries: readonly Entry[], commandId: string): readonly Entry[] =>
  entries.some((entry) => entry.command_id === commandId)
    ? entries.filter((entry) => entry.command_id !== commandId)
    : entries;

const ofCommand = (
  open: readonly OpenIntent[],
  { meta }: RecordedEvent,
  change: (entry: OpenIntent) => OpenIntent,
): readonly OpenIntent[] => open.map((entry) => (entry.command_id === meta.commandId ? change(entry) : entry));

const openWorkAfter = (
  { role, subject }: Pick<EventDefinition, 'role' | 'subject'>,
  work: OpenWork,
  event: RecordedEvent,
): OpenWork => {
  const { open, questions } = work;
  switch (role) {
    case 'fact':
      return work;
    case 'intent':
      return { open: [...open, openIntent(event, subject(event.data))], questions };
    case 'outcome':
      return {
        open: withoutCommand(open, event.meta.commandId),
        questions: withoutCommand(questions, event.meta.commandId),
      };
    case 'claim':
      return {
        open: ofCommand(open, event, ({ offered_until: _, ...entry }) => ({ ...entry, executor: event.meta.executor })),
        questions,
      };
    case 'offer':
      return {
        open: ofCommand(open, event, (entry) => ({ ...entry, offered_until: String(event.data.until) })),
        questions,
      };
    case 'unknown': {
      const intent = open.find((entry) => entry.command_id === event.meta.commandId);
      if (intent === undefined) return work;
      const question = { ...intent, question: String(event.data.question) };
      return { open: withoutCommand(open, event.meta.commandId), questions: [...questions, question] };
    }
  }
};

/** Folds one event into a state. Total: an event of another stream's kind changes nothing. */
export const evolve = <State extends OpenWork>(of: Aggregate<State>, state: State, event: RecordedEvent): State => {
  const definition = Object.hasOwn(of.events, event.type) ? of.events[event.type] : undefined;
  if (definition === undefined) return state;
  const next = definition.evolve(state, event);
  const { open, questions } = openWorkAfter(definition, next, event);
  return next.open === open && next.questions === questions ? next : { ...next, open, questions };
};
