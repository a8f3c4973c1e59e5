import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { jsonProblem } from '../strict-json.ts';

/** A database that cinderlib keeps its metadata in, at one moment: what is read twice is the same twice. */
export interface CinderDatabase extends AsyncDisposable {
  /** For people: holds no credential. */
  readonly name: string;
  readonly dialect: 'sqlite' | 'postgresql' | 'mysql';
  /** Runs a query with a `?` for each value. */
  rows(query: string, values?: readonly (string | number)[]): Promise<readonly (readonly unknown[])[]>;
}

export type Row = { readonly [column: string]: Json };

const COLUMNS: Readonly<Record<CinderDatabase['dialect'], string>> = {
  sqlite: 'SELECT name, type FROM pragma_table_info(?)',
  postgresql: `SELECT column_name, data_type FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = ? ORDER BY ordinal_position`,
  mysql: `SELECT column_name, data_type FROM information_schema.columns
    WHERE table_schema = database() AND table_name = ? ORDER BY ordinal_position`,
};

/** Columns that hold JSON as text. */
const JSON_COLUMNS: readonly string[] = ['connection_info', 'connector'];

/** A value as JSON has it; `null` says nothing, and is left out of a row. */
const jsonOf = (column: string, value: unknown): Json => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  // Text that is no JSON stays text, which the record's schema refuses.
  const isJson = JSON_COLUMNS.includes(column) && typeof value === 'string' && jsonProblem(value) === null;
  return isJson ? JSON.parse(value) : (value as Json);
};

/** The tables of such a database. Their columns differ from release to release: all that are there are read. */
export class Tables {
  readonly #database: CinderDatabase;
  readonly #columns = new Map<string, readonly { readonly name: string; readonly select: string }[]>();

  constructor(database: CinderDatabase) {
    this.#database = database;
  }

  async assertThere(table: string): Promise<void> {
    if ((await this.#columnsOf(table)).length > 0) return;
    throw new ScoriaError(
      rejections.InvalidInput(
        `${this.#database.name} has no table "${table}"`,
        'give the database of `persistence_config`, or a dump',
      ),
    );
  }

  /** The rows of a table, none where it is not there. `where` is SQL with a `?` for each value. */
  async read(table: string, where: string, values: readonly string[] = []): Promise<readonly Row[]> {
    const columns = await this.#columnsOf(table);
    if (columns.length === 0) return [];
    const list = columns.map(({ select }) => select).join(', ');
    const rows = await this.#database.rows(`SELECT ${list} FROM ${this.quoted(table)} WHERE ${where}`, values);
    return rows.map((row) =>
      Object.fromEntries(
        columns
          .map(({ name }, index) => [name, jsonOf(name, row[index])] as const)
          .filter(([, value]) => value !== null && value !== undefined),
      ),
    );
  }

  /** The rows that belong to one of these, none where there are none of these. */
  async of(table: string, column: string, ids: readonly string[]): Promise<readonly Row[]> {
    if (ids.length === 0) return [];
    return this.read(table, `${this.quoted(column)} IN (${ids.map(() => '?').join(', ')})`, ids);
  }

  quoted(name: string): string {
    return this.#database.dialect === 'mysql' ? `\`${name}\`` : `"${name}"`;
  }

  async #columnsOf(table: string): Promise<readonly { readonly name: string; readonly select: string }[]> {
    const known = this.#columns.get(table);
    if (known !== undefined) return known;
    const rows = await this.#database.rows(COLUMNS[this.#database.dialect], [table]);
    const columns = rows
      .map(([name, type]) => ({ name: String(name), type: String(type) }))
      .filter(({ name }) => /^\w+$/.test(name))
      .map(({ name, type }) => ({ name, select: this.#selected(name, type) }));
    this.#columns.set(table, columns);
    return columns;
  }

  /** Times as the database writes them, and not as a client understands them. */
  #selected(name: string, type: string): string {
    const { dialect } = this.#database;
    const isTime = dialect !== 'sqlite' && /time|date/i.test(type);
    return isTime ? `CAST(${this.quoted(name)} AS ${dialect === 'mysql' ? 'CHAR' : 'TEXT'})` : this.quoted(name);
  }
}
