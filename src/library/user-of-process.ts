import { userInfo } from 'node:os';

/** A user without an entry, as in a container, is its number. */
export const userOfProcess = (): string => {
  try {
    return userInfo().username;
  } catch (error) {
    const { code } = (error as { readonly info?: { readonly code?: string } }).info ?? {};
    if (code === 'ENOENT') return String(process.geteuid?.());
    throw error;
  }
};
