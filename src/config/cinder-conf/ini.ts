import type { Problem } from '../problem.ts';
import { refusalOf } from '../problem.ts';

export interface Assignment {
  readonly section: string;
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

export interface IniFile {
  readonly assignments: readonly Assignment[];
  /** The names of sections, each with the line that it first begins in. */
  readonly sections: ReadonlyMap<string, number>;
  /** Sections that are commented out. */
  readonly commented: readonly { readonly section: string; readonly line: number }[];
}

/** Reads a file as oslo.config does, by the rules of its `iniparser.py`. Throws at the first line that is wrong. */
export const readIni = (file: string, text: string): IniFile => {
  const reading = new Reading(file);
  for (const line of text.split(/\r\n|\r|\n/)) reading.line(line.trimEnd());
  reading.flush();
  return reading;
};

class Reading implements IniFile {
  readonly assignments: Assignment[] = [];
  readonly sections = new Map<string, number>();
  readonly commented: { readonly section: string; readonly line: number }[] = [];
  readonly #file: string;
  #line = 0;
  #section: string | null = null;
  #open: { readonly name: string; readonly values: string[]; readonly line: number } | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  line(text: string): void {
    this.#line += 1;
    if (/^[ \t]/.test(text)) this.#goOn(text.trimStart());
    else {
      this.flush();
      if (text.startsWith('[')) this.#begin(text);
      else if (/^[#;]/.test(text)) this.#comment(text);
      else if (text !== '') this.#assign(text);
    }
  }

  /** Ends the value that may have several lines. */
  flush(): void {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    const { name, values, line } = open;
    if (this.#section === null) {
      throw this.#wrong('an option stands before the first section', 'begin with a section, such as [DEFAULT]', line);
    }
    this.assignments.push({ section: this.#section, name, value: values.join('\n'), line });
  }

  #goOn(text: string): void {
    if (this.#open !== null) {
      this.#open.values.push(text);
      return;
    }
    throw this.#wrong('the line is indented, and goes on with no option', 'begin it without blanks');
  }

  #begin(text: string): void {
    if (!text.endsWith(']')) throw this.#wrong('the name of a section is not closed', 'end the line with ]');
    const name = text.slice(1, -1);
    if (name === '') throw this.#wrong('the section has no name', 'name it, as in [DEFAULT]');
    this.#section = name;
    if (!this.sections.has(name)) this.sections.set(name, this.#line);
  }

  #comment(text: string): void {
    const [, section] = /^[#;]+\s*\[([^\]]+)\]$/.exec(text) ?? [];
    if (section !== undefined) this.commented.push({ section, line: this.#line });
  }

  #assign(text: string): void {
    const [, name, given] = /^([^:=]*)[:=](.*)$/s.exec(text) ?? [];
    if (name === undefined || given === undefined) {
      throw this.#wrong('neither an option nor a section', 'write name = value, or a comment with # before it');
    }
    if (name.trim() === '') throw this.#wrong('the option has no name', 'write name = value');
    this.#open = { name: name.trim(), values: [unquoted(given.trim())], line: this.#line };
  }

  #wrong(message: string, remedy: string, line = this.#line): Error {
    const place: Problem['place'] = { source: 'file', file: this.#file, line, column: 1 };
    return refusalOf([{ place, field: '', message, remedy }]);
  }
}

const unquoted = (value: string): string =>
  /^["']/.test(value) && value.at(-1) === value[0] ? value.slice(1, -1) : value;
