import type { Credentials } from '@eventstore/db-client';

/** Who the server is to take Scoria for. */
export interface Login {
  readonly user: string;
  readonly password: () => string;
}

/** The client prints the options of its calls when it is debugged: a getter is not printed. */
export class HiddenCredentials implements Credentials {
  readonly username: string;
  readonly #password: () => string;

  constructor({ user, password }: Login) {
    this.username = user;
    this.#password = password;
  }

  get password(): string {
    return this.#password();
  }
}

/** With credentials of its own a call goes alone; without TLS they are not sent. */
export const NOBODY: Credentials = { username: 'nobody', password: '' };
