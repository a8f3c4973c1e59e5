import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<string>();

/** The programs that `work` starts, however deep, are marked as the operation's: by its command id. */
export const asOperation = <Value>(commandId: string, work: () => Promise<Value>): Promise<Value> =>
  current.run(commandId, work);

export const OPERATION_VARIABLE = 'SCORIA_OPERATION';

/** What marks the programs that are started now, in their environment. */
export const operationMark = (): Readonly<Record<string, string>> => {
  const commandId = current.getStore();
  return commandId === undefined ? {} : { [OPERATION_VARIABLE]: commandId };
};
