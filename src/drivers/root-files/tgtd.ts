import { connect } from 'node:net';
import { endianness } from 'node:os';
import { buffer } from 'node:stream/consumers';

/** tgtd's numbers, in its own order (`usr/tgtadm.h` of tgt). */
export const TGTD_MODES = ['system', 'target', 'device', 'portal', 'lld', 'session', 'connection', 'account'] as const;
export const TGTD_OPERATIONS = ['new', 'delete', 'show', 'bind', 'unbind', 'update'] as const;

/** One request to tgtd, as its `tgtadm` makes it of its arguments. */
export interface TgtdRequest {
  readonly mode: (typeof TGTD_MODES)[number];
  readonly operation: (typeof TGTD_OPERATIONS)[number];
  /** The number of the target; all of them unless given. */
  readonly tid?: number;
  readonly sid?: number;
  readonly cid?: number;
  readonly lun?: number;
  /** `key=value`, joined by commas. */
  readonly parameters?: string;
  /** What tgtd may say against it: then it is so already. */
  readonly unless?: readonly TgtdError[];
}

/** What tgtd calls what went wrong, by its numbers. */
export const TGTD_ERRORS = [
  'SUCCESS',
  'UNKNOWN_ERROR',
  'NO_MEMORY',
  'NO_DRIVER',
  'NO_TARGET',
  'NO_LUN',
  'NO_SESSION',
  'NO_CONNECTION',
  'NO_BINDING',
  'TARGET_EXISTS',
  'LUN_EXISTS',
  'BINDING_EXISTS',
  'ACL_EXISTS',
  'NO_ACL',
  'USER_EXISTS',
  'NO_USER',
  'TOO_MANY_USERS',
  'INVALID_REQUEST',
  'OUTACCOUNT_EXISTS',
  'TARGET_ACTIVE',
  'LUN_ACTIVE',
  'DRIVER_ACTIVE',
  'UNSUPPORTED_OPERATION',
  'UNKNOWN_PARAMETER',
  'PREVENT_REMOVAL',
] as const;

export type TgtdError = (typeof TGTD_ERRORS)[number];

const HEADER_BYTES = 120;
const ANSWER_HEADER_BYTES = 8;
const DRIVER = 'iscsi';
const isLittle = endianness() === 'LE';

/** The C structure `tgtadm_req`, in the byte order of this machine, and the parameters as a C string. */
export const encodeRequest = (request: TgtdRequest): Buffer => {
  const parameters = Buffer.from(request.parameters === undefined ? '' : `${request.parameters}\0`);
  const bytes = Buffer.alloc(HEADER_BYTES + parameters.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setUint32(0, TGTD_MODES.indexOf(request.mode), isLittle);
  view.setUint32(4, TGTD_OPERATIONS.indexOf(request.operation), isLittle);
  bytes.write(DRIVER, 8);
  view.setUint32(72, bytes.length, isLittle);
  view.setInt32(76, request.tid ?? -1, isLittle);
  view.setBigUint64(80, BigInt(request.sid ?? 0), isLittle);
  view.setBigUint64(88, BigInt.asUintN(64, BigInt(request.lun ?? -1)), isLittle);
  view.setUint32(96, request.cid ?? 0, isLittle);
  parameters.copy(bytes, HEADER_BYTES);
  return bytes;
};

/** What tgtd answers: an error of its own, or a text. */
export const decodeAnswer = (bytes: Buffer): { readonly error: TgtdError; readonly text: string } => {
  if (bytes.length < ANSWER_HEADER_BYTES) throw Object.assign(new Error('no answer'), { code: 'EPIPE' });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    error: TGTD_ERRORS[view.getUint32(0, isLittle)] ?? 'UNKNOWN_ERROR',
    text: bytes.toString('utf8', ANSWER_HEADER_BYTES).replace(/\0+$/, ''),
  };
};

const ANSWER_TIMEOUT_MS = 30_000;

/** Fails with tgtd's own name of the error as `code`, or with that of the connection. */
export const askTgtd = async (socketPath: string, request: TgtdRequest): Promise<string> => {
  const socket = connect(socketPath);
  socket.setTimeout(ANSWER_TIMEOUT_MS, () =>
    socket.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })),
  );
  socket.write(encodeRequest(request));
  const { error, text } = decodeAnswer(await buffer(socket));
  if (error !== 'SUCCESS' && !request.unless?.includes(error)) throw Object.assign(new Error(error), { code: error });
  return text;
};
