import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ServiceError } from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import nothing from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Database, Expected, WriteResult } from './database.ts';
import { empty, expectedOf, failures, identifierOf, proposedOf, streamNameOf } from './messages.ts';
import type { ProposedEvent } from './records.ts';

export const MAX_APPEND_BYTES = 1024 * 1024;

const bytesOf = (events: readonly ProposedEvent[]): number => events.reduce((sum, { data }) => sum + data.length, 0);
const valid = <T>(all: readonly (T | undefined)[]): all is readonly T[] => all.every((one) => one !== undefined);

/** One call, one append. */
export const append = (
  database: Database,
  messages: readonly streams.AppendReq[],
): streams.AppendResp | ServiceError => {
  const options = messages[0]?.getOptions();
  if (options === undefined) return failures.unknown('Exception was thrown by handler.');
  const stream = streamNameOf(options.getStreamIdentifier());
  const expected = expectedOf(options, () => options.getRevision());
  const events = messages.slice(1).map((message) => proposedOf(message.getProposedMessage() ?? missing()));
  if (!valid(events)) return failures.unknown('Exception was thrown by handler.');
  if (bytesOf(events) > MAX_APPEND_BYTES) return failures.tooLarge(MAX_APPEND_BYTES);
  const result = database.append(stream, expected, events);
  return result === 'deleted' ? failures.streamDeleted(stream) : appendResponse(expected, result);
};

const missing = () => new streams.AppendReq.ProposedMessage();

const appendResponse = (expected: Expected, result: Exclude<WriteResult, 'deleted'>): streams.AppendResp => {
  const response = new streams.AppendResp();
  if ('wrongVersion' in result) {
    const wrong = new streams.AppendResp.WrongExpectedVersion();
    if (result.wrongVersion < 0n) wrong.setCurrentNoStream(empty());
    else wrong.setCurrentRevision(String(result.wrongVersion));
    if (expected === 'no-stream') wrong.setExpectedNoStream(empty());
    else if (expected === 'stream-exists') wrong.setExpectedStreamExists(empty());
    else wrong.setExpectedRevision(String(expected));
    response.setWrongExpectedVersion(wrong);
    return response;
  }
  const success = new streams.AppendResp.Success();
  success.setCurrentRevision(String(result.revision));
  const position = new streams.AppendResp.Position();
  position.setCommitPosition(String(result.position));
  position.setPreparePosition(String(result.position));
  success.setPosition(position);
  response.setSuccess(success);
  return response;
};

interface Batch {
  readonly options: streams.BatchAppendReq.Options;
  readonly messages: streams.BatchAppendReq.ProposedMessage[];
}

/** Many appends on one stream of messages. What is refused here comes in no status, but packed in an answer. */
export const createBatches = (database: Database) => {
  const batches = new Map<string, Batch>();
  return (request: streams.BatchAppendReq): streams.BatchAppendResp | undefined => {
    const correlation = request.getCorrelationId();
    const key = correlation?.getString() || String(correlation?.getStructured());
    const options = request.getOptions();
    if (options !== undefined) batches.set(key, { options, messages: [] });
    const batch = batches.get(key);
    batch?.messages.push(...request.getProposedMessagesList());
    if (batch === undefined || !request.getIsFinal()) return undefined;
    batches.delete(key);
    const response = batchResponse(database, batch);
    response.setCorrelationId(correlation);
    response.setStreamIdentifier(identifierOf(streamNameOf(batch.options.getStreamIdentifier())));
    return response;
  };
};

const batchResponse = (database: Database, { options, messages }: Batch): streams.BatchAppendResp => {
  const stream = streamNameOf(options.getStreamIdentifier());
  const expected = expectedOf(options, () => options.getStreamPosition());
  const events = messages.map(proposedOf);
  if (!valid(events)) return packed('Unknown', new shared.Unknown());
  if (bytesOf(events) > MAX_APPEND_BYTES) {
    const exceeded = new shared.MaximumAppendSizeExceeded();
    exceeded.setMaxappendsize(MAX_APPEND_BYTES);
    return packed('MaximumAppendSizeExceeded', exceeded);
  }
  const result = database.append(stream, expected, events);
  if (result === 'deleted') return packed('StreamDeleted', new shared.StreamDeleted());
  if ('wrongVersion' in result) return packed('WrongExpectedVersion', wrongVersion(expected, result.wrongVersion));
  const success = new streams.BatchAppendResp.Success();
  success.setCurrentRevision(String(result.revision));
  const position = new shared.AllStreamPosition();
  position.setCommitPosition(String(result.position));
  position.setPreparePosition(String(result.position));
  success.setPosition(position);
  const response = new streams.BatchAppendResp();
  response.setSuccess(success);
  return response;
};

const wrongVersion = (expected: Expected, actual: bigint): shared.WrongExpectedVersion => {
  const wrong = new shared.WrongExpectedVersion();
  if (actual < 0n) wrong.setCurrentNoStream(new nothing.Empty());
  else wrong.setCurrentStreamRevision(String(actual));
  if (expected === 'no-stream') wrong.setExpectedNoStream(new nothing.Empty());
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(new nothing.Empty());
  else wrong.setExpectedStreamPosition(String(expected));
  return wrong;
};

const packed = (name: string, message: { serializeBinary(): Uint8Array }): streams.BatchAppendResp => {
  const details = new any.Any();
  details.pack(message.serializeBinary(), `event_store.client.${name}`);
  const error = new statuses.Status();
  error.setMessage(name);
  error.setDetails(details);
  const response = new streams.BatchAppendResp();
  response.setError(error);
  return response;
};

interface Removal {
  readonly name: 'Delete' | 'Tombstone';
  readonly remove: (stream: string, expected: Expected) => WriteResult;
}

/** Answers where it stands, or how it is refused. */
export const removeStream = (
  { name, remove }: Removal,
  options: streams.DeleteReq.Options | streams.TombstoneReq.Options | undefined,
): bigint | ServiceError => {
  const stream = streamNameOf(options?.getStreamIdentifier());
  const expected = options === undefined ? 'any' : expectedOf(options, () => options.getRevision());
  const result = remove(stream, expected);
  if (result === 'deleted') return failures.streamDeleted(stream);
  if (!('wrongVersion' in result)) return result.position;
  const given = typeof expected === 'bigint' ? expected : -2n;
  return failures.wrongVersion(name, stream, given, result.wrongVersion);
};
