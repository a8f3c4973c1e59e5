/** The value of another option, and whether a credential stands in it. */
export interface Looked {
  readonly text: string;
  readonly isCredential: boolean;
}

export interface Substituted extends Looked {
  /** The first option that is named and that has no value. */
  readonly missing: string | null;
}

/** `group` is `null` where none is named. */
export type LookUp = (group: string | null, name: string) => Looked | null;

const VARIABLE = /\$(?:(\$)|([_a-z][._a-z0-9]*)|\{([_a-z][._a-z0-9]*)\})/gi;

/** `$name`, `${name}` and `$group.name` become what they name, as in oslo.config; `$$` and `\$` become a `$`. */
export const substituted = (value: string, lookUp: LookUp): Substituted => {
  let isCredential = false;
  let missing: string | null = null;
  const text = value
    .replaceAll('\\$', () => '$$')
    .replaceAll(VARIABLE, (whole, dollar, plain, braced) => {
      if (dollar !== undefined) return '$';
      const name: string = plain ?? braced;
      const dot = name.indexOf('.');
      const found = dot < 0 ? lookUp(null, name) : lookUp(name.slice(0, dot), name.slice(dot + 1));
      if (found === null) missing ??= name;
      isCredential ||= found?.isCredential ?? false;
      return found?.text ?? whole;
    });
  return { text, isCredential, missing };
};
