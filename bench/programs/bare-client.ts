import mysql from 'mysql2/promise';
import pg from 'pg';

/** A server's own client: rows as arrays, prepared statements, `?` for what is given. */
export interface BareClient {
  run(sql: string, values: readonly (string | number | Buffer)[]): Promise<readonly (readonly unknown[])[]>;
  end(): Promise<void>;
}

const onPostgresql = async (url: URL, password: string): Promise<BareClient> => {
  const { hostname: host, port, username: user, pathname } = url;
  const client = new pg.Client({ host, port: Number(port), user, password, database: pathname.slice(1) });
  await client.connect();
  return {
    async run(sql, values) {
      let count = 0;
      const text = sql.replaceAll('?', () => {
        count += 1;
        return `$${count}`;
      });
      return (await client.query<unknown[]>({ name: text.slice(0, 40), text, values: [...values], rowMode: 'array' }))
        .rows;
    },
    end: () => client.end(),
  };
};

const onMysql = async (url: URL, password: string): Promise<BareClient> => {
  const { hostname: host, port, username: user, pathname } = url;
  const options = { host, port: Number(port), user, password, database: pathname.slice(1) };
  const client = await mysql.createConnection({ ...options, rowsAsArray: true, supportBigNumbers: true });
  return {
    run: async (sql, values) => (await client.execute(sql, [...values]))[0] as unknown as unknown[][],
    end: () => client.end(),
  };
};

export const bareClient = (log: string): Promise<BareClient> => {
  const url = new URL(log);
  const password = process.env[url.searchParams.get('password')?.slice('env:'.length) ?? ''] ?? '';
  return url.protocol === 'postgres:' ? onPostgresql(url, password) : onMysql(url, password);
};
