import type { SqlSession } from './server.ts';

/** Some connections that callers take turns with. */
export interface Sessions {
  /** A session whose work failed is not lent again: its transaction ends with its connection. */
  lend<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export const createSessions = (connect: () => Promise<SqlSession>, most: number): Sessions => {
  const idle: SqlSession[] = [];
  const waiting: (() => void)[] = [];
  let lent = 0;
  let closed = false;
  let allBack = (): void => {};

  const takeTurn = async (): Promise<void> => {
    if (lent < most) lent += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };

  const endTurn = (): void => {
    const next = waiting.shift();
    if (next === undefined) lent -= 1;
    else next();
    if (lent === 0) allBack();
  };

  const usable = (): SqlSession | undefined => {
    for (let session = idle.pop(); session !== undefined; session = idle.pop()) {
      if (session.usable()) return session;
      session.discard();
    }
    return undefined;
  };

  return {
    async lend(work) {
      await takeTurn();
      let session: SqlSession | undefined;
      try {
        session = usable() ?? (await connect());
        const result = await work(session);
        if (closed) await session.end();
        else idle.push(session);
        return result;
      } catch (error) {
        session?.discard();
        throw error;
      } finally {
        endTurn();
      }
    },

    async close() {
      closed = true;
      if (lent > 0)
        await new Promise<void>((resolve) => {
          allBack = resolve;
        });
      await Promise.all(idle.splice(0).map((session) => session.end()));
    },
  };
};
