import { type JSONEventType, jsonEvent, WrongExpectedVersionError } from '@eventstore/db-client';
import { v5 } from 'uuid';
import { rejections } from '../../domain/errors.ts';
import { logError } from '../log-errors.ts';
import type { Connection } from './connection.ts';
import { streamGone } from './faults.ts';

const FORMAT = 1;
const NAMESPACE = 'b1c7a8de-52b4-4f0e-9a57-6f5a1f0b7d43';

type RecordBegun = JSONEventType<'RecordBegun', { format: number; streams: string }>;

/**
 * Which streams the record consists of: those whose names begin with what the one event of the stream `PREFIX:record`
 * says. It is written before the first event. A load writes streams under a name of its own and then this event, so
 * that all of it is there at once or nothing is.
 */
export class RecordStreams {
  readonly #connection: Connection;
  readonly #prefix: string;
  readonly #pointer: string;
  #streams: string | undefined;
  /** What appends that come at the same time share. */
  #beginning: Promise<string> | undefined;

  constructor(connection: Connection, prefix: string) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#pointer = `${prefix}:record`;
  }

  /** What the names of the record's streams begin with; `undefined` while there is no record. It never changes. */
  async find(): Promise<string | undefined> {
    if (this.#streams !== undefined) return this.#streams;
    for await (const { revision, data } of this.#connection.readStream(this.#pointer, 0n, 1n)) {
      if (revision !== 0n) throw streamGone(this.#connection.name, this.#pointer);
      this.#streams = this.#read(data);
    }
    return this.#streams;
  }

  /** The same, and begins the record if nobody has. */
  async begin(): Promise<string> {
    if (this.#streams !== undefined) return this.#streams;
    this.#beginning ??= this.#begin().finally(() => {
      this.#beginning = undefined;
    });
    return this.#beginning;
  }

  /** Where a load writes before it is the record. */
  streamsOfLoad(id: string): string {
    return `${this.#prefix}@${id}.`;
  }

  /** Makes what a load wrote the record; false when there is one already. */
  async beginWith(streams: string): Promise<boolean> {
    return (await this.#claim(streams)) === streams;
  }

  /** Where the body of an event stands that is too large for one. */
  streamOfParts(eventId: string): string {
    return `${this.#prefix}:parts-${eventId}`;
  }

  async #begin(): Promise<string> {
    return (await this.find()) ?? this.#claim(`${this.#prefix}.`);
  }

  async #claim(streams: string): Promise<string> {
    const event = jsonEvent<RecordBegun>({
      id: v5(`${this.#pointer} ${streams}`, NAMESPACE),
      type: 'RecordBegun',
      data: { format: FORMAT, streams },
    });
    try {
      const { nextExpectedRevision } = await this.#connection.append(this.#pointer, -1n, [event]);
      if (nextExpectedRevision !== 0n) throw streamGone(this.#connection.name, this.#pointer);
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw error;
      const found = await this.find();
      if (found === undefined) throw streamGone(this.#connection.name, this.#pointer);
      return found;
    }
    this.#streams = streams;
    return streams;
  }

  #read(data: unknown): string {
    const { format, streams } = (typeof data === 'object' && data !== null ? data : {}) as Partial<RecordBegun['data']>;
    const { name } = this.#connection;
    if (typeof format === 'number' && format > FORMAT) {
      throw logError(
        rejections.LogNewer,
        `the log ${name} has format ${format}, this Scoria knows ${FORMAT}`,
        'use the Scoria that wrote it or a later one',
        { log: name },
      );
    }
    if (format === FORMAT && typeof streams === 'string' && streams.startsWith(this.#prefix)) return streams;
    throw logError(
      rejections.LogInvalid,
      `the stream ${this.#pointer} of the log ${name} does not say where its record is`,
      'use a prefix that nothing but Scoria writes under',
      { log: name, stream: this.#pointer },
    );
  }
}
