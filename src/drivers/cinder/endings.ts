import { DriverFailure } from '../contract.ts';
import { PythonError } from './python.ts';

/** Cinder's exceptions that say that nothing was begun. */
const REFUSALS = [
  ...['Invalid', 'NotFound', 'VolumeIsBusy', 'SnapshotIsBusy', 'NotImplementedError'],
  ...['ManageExistingInvalidReference', 'ManageExistingAlreadyManaged', 'ManageExistingVolumeTypeMismatch'],
];

const REMEDY = 'see what the driver says; its traceback is in the log at level debug';

/** What a driver's exception says of how the call ended: a refusal, or nothing. */
export const refusalOr = (error: unknown): unknown =>
  error instanceof PythonError && error.isA(...REFUSALS) ? failureOf(error) : error;

/** What the storage was seen not to have is not left behind. */
export const failureOf = (error: Error): DriverFailure => new DriverFailure(error.message, REMEDY, { cause: error });

/** Makes a call, and asks what became of it when the driver raised an exception. */
export const settled = async <Answer>(
  call: () => Promise<Answer>,
  settle: (error: PythonError) => Promise<Answer>,
): Promise<Answer> => {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    return settle(error);
  }
};

/** For `settled`, where nothing can be asked. */
export const refused = async (error: PythonError): Promise<never> => {
  throw refusalOr(error);
};
