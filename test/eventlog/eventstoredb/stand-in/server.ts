import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServiceError,
} from '@grpc/grpc-js';
import { Database } from './database.ts';
import { failures } from './messages.ts';
import { dropped, read } from './reading.ts';
import { append, createBatches, removeStream } from './writing.ts';

/**
 * A stand-in for an EventStoreDB server, in a process of its own: `node server.ts FILE PORT`. It does what a real server
 * was seen to do; it is none. It prints its port, and takes orders on standard input, a line each:
 *
 * - `scavenge`; `deny` and `allow` (all calls); `redirect PORT` (another is leader);
 * - `lose N`: the next N appends are stored, and their callers cut off;
 * - `forget`: ids that were written are not known again; `dropped`: how many subscribers were too slow.
 */
const [file = '', wantedPort = '0'] = process.argv.slice(2);
const database = new Database(file);
const orders = { denied: false, leader: '', toLose: 0 };

const refusal = (): ServiceError | undefined => {
  if (orders.denied) return failures.accessDenied();
  return orders.leader === '' ? undefined : failures.notLeader('127.0.0.1', orders.leader);
};

const isLost = (): boolean => {
  orders.toLose -= 1;
  return orders.toLose >= 0;
};

const appendOne: handleClientStreamingCall<streams.AppendReq, streams.AppendResp> = (call, callback) => {
  const messages: streams.AppendReq[] = [];
  call.on('data', (message: streams.AppendReq) => messages.push(message));
  call.on('end', () => {
    const answer = refusal() ?? append(database, messages);
    if (isLost()) return cutOff();
    if (answer instanceof Error) callback(answer);
    else callback(null, answer);
  });
};

const appendBatches: handleBidiStreamingCall<streams.BatchAppendReq, streams.BatchAppendResp> = (call) => {
  const take = createBatches(database);
  call.on('data', (request: streams.BatchAppendReq) => {
    const refused = refusal();
    if (refused !== undefined) return void call.emit('error', refused);
    const answer = take(request);
    if (answer === undefined) return;
    if (isLost()) return cutOff();
    call.write(answer);
  });
  call.on('end', () => call.end());
};

const readAny: handleServerStreamingCall<streams.ReadReq, streams.ReadResp> = (call) => {
  const refused = refusal();
  if (refused !== undefined) return void call.emit('error', refused);
  read(database, call).catch((error: unknown) => call.emit('error', error));
};

const remove =
  <Request extends { getOptions(): Parameters<typeof removeStream>[1] }, Response>(
    removal: Parameters<typeof removeStream>[0],
    respond: (position: bigint) => Response,
  ): handleUnaryCall<Request, Response> =>
  (call, callback) => {
    const answer = refusal() ?? removeStream(removal, call.request.getOptions());
    if (typeof answer === 'bigint') callback(null, respond(answer));
    else callback(answer);
  };

const supportedMethods: handleUnaryCall<shared.Empty, features.SupportedMethods> = (_, callback) => {
  const supported = new features.SupportedMethods();
  supported.setEventStoreServerVersion('23.10.6');
  const method = new features.SupportedMethod();
  method.setServiceName('event_store.client.streams.streams');
  method.setMethodName('batchappend');
  supported.addMethods(method);
  callback(null, supported);
};

const members: handleUnaryCall<shared.Empty, gossip.ClusterInfo> = (_, callback) => {
  const member = new gossip.MemberInfo();
  const id = new shared.UUID();
  id.setString(randomUUID());
  member.setInstanceId(id);
  member.setTimeStamp(String(Date.now()));
  member.setIsAlive(true);
  member.setState(orders.leader === '' ? gossip.MemberInfo.VNodeState.LEADER : gossip.MemberInfo.VNodeState.FOLLOWER);
  const endpoint = new gossip.EndPoint();
  endpoint.setAddress('127.0.0.1');
  endpoint.setPort(port);
  member.setHttpEndPoint(endpoint);
  const info = new gossip.ClusterInfo();
  info.addMembers(member);
  callback(null, info);
};

const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
server.addService(
  streamsService.StreamsService as never,
  {
    read: readAny,
    append: appendOne,
    batchAppend: appendBatches,
    delete: remove({ name: 'Delete', remove: (...of) => database.delete(...of) }, () => new streams.DeleteResp()),
    tombstone: remove(
      { name: 'Tombstone', remove: (...of) => database.tombstone(...of) },
      () => new streams.TombstoneResp(),
    ),
  } as never,
);
server.addService(featuresService.ServerFeaturesService as never, { getSupportedMethods: supportedMethods } as never);
server.addService(gossipService.GossipService as never, { read: members } as never);

const listen = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const address = `127.0.0.1:${wantedPort}`;
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });

/** Every connection ends, as if a wire were pulled. */
const cutOff = (): void => {
  server.drain(`127.0.0.1:${port}`, 0);
};

// A real server writes of its own accord: its events stand between those of its users.
database.append('$epoch-information', 'any', [
  { id: randomUUID(), type: '$epoch', json: true, data: Buffer.from('{}'), metadata: Buffer.alloc(0) },
]);
const port = await listen();
console.log(port);

for await (const line of createInterface({ input: process.stdin })) {
  const [order = '', value = ''] = line.split(' ');
  if (order === 'scavenge') database.scavenge();
  if (order === 'deny' || order === 'allow') orders.denied = order === 'deny';
  if (order === 'forget') database.forget();
  if (order === 'redirect') orders.leader = value;
  if (order === 'lose') orders.toLose = Number(value);
  console.log(order === 'dropped' ? dropped() : order);
}
process.exit();
