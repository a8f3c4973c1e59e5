import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { JsonObject } from '../../domain/json.ts';

/** What may be asked of QEMU's storage daemon. https://www.qemu.org/docs/master/interop/qemu-storage-daemon-qmp-ref.html */
export const QMP_COMMANDS = ['query-named-block-nodes', 'blockdev-add', 'blockdev-reopen', 'blockdev-del'] as const;

export interface QmpCommand {
  readonly execute: (typeof QMP_COMMANDS)[number];
  readonly arguments?: JsonObject;
}

const ANSWER_TIMEOUT_MS = 30_000;

/** Gives the commands in their order, and answers what the last one returns, as JSON. Fails by QEMU's class of error. */
export const askQmp = async (socketPath: string, commands: readonly QmpCommand[]): Promise<string> => {
  const socket = connect(socketPath);
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(coded('ETIMEDOUT', 'no answer in time')));
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const failed = new Promise<never>((_, reject) => socket.once('error', reject));
  try {
    return await Promise.race([failed, answered(commands, lines, (text) => void socket.write(text))]);
  } finally {
    socket.destroy();
  }
};

const answered = async (
  commands: readonly QmpCommand[],
  lines: AsyncIterator<string>,
  say: (text: string) => void,
): Promise<string> => {
  let answer: unknown = null;
  for (const command of [{ execute: 'qmp_capabilities' }, ...commands]) {
    say(`${JSON.stringify(command)}\n`);
    answer = await nextAnswer(lines);
  }
  return JSON.stringify(answer);
};

/** Between greetings and events. */
const nextAnswer = async (lines: AsyncIterator<string>): Promise<unknown> => {
  for (;;) {
    const { done, value } = await lines.next();
    if (done) throw coded('EPIPE', 'no answer');
    const message = JSON.parse(value) as { readonly return?: unknown; readonly error?: { readonly class: string } };
    if (message.error !== undefined) throw coded(message.error.class, 'refused');
    if ('return' in message) return message.return;
  }
};

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });
