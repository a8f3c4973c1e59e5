import { AsyncLocalStorage } from 'node:async_hooks';

export interface CurrentOperation {
  readonly commandId: string;
  /** Rejects once another executor may have gone on with it. */
  assertOurs(): Promise<void>;
}

const current = new AsyncLocalStorage<CurrentOperation>();

/** The programs that `work` starts, however deep, are marked as the operation's, and start only while it is ours. */
export const asOperation = <Value>(operation: CurrentOperation, work: () => Promise<Value>): Promise<Value> =>
  current.run(operation, work);

export const OPERATION_VARIABLE = 'SCORIA_OPERATION';

/** What marks the programs that are started now, in their environment. */
export const operationMark = (): Readonly<Record<string, string>> => {
  const commandId = current.getStore()?.commandId;
  return commandId === undefined ? {} : { [OPERATION_VARIABLE]: commandId };
};

/** To be awaited right before an effect that nobody could take back: whoever took the operation over looked already. */
export const assertOurs = async (): Promise<void> => current.getStore()?.assertOurs();
