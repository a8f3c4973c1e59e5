import type { ErrorCode } from 'yaml';

interface Mistake {
  readonly message: string;
  readonly remedy: string;
}

/** The parser's own messages are not used: they repeat pieces of the file, which could be pieces of a credential. */
const EXPLAINED: Partial<Record<ErrorCode, Mistake>> = {
  BAD_DQ_ESCAPE: { message: 'there is no such escape in double quotes', remedy: 'write the text in single quotes' },
  BAD_INDENT: {
    message: 'the indentation fits nothing above it',
    remedy: 'indent what stands beside each other alike, by spaces, and close every bracket',
  },
  BAD_SCALAR_START: { message: 'a text cannot begin with this character', remedy: 'put the text into quotes' },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a second ": " stands in this line',
    remedy: 'put a text that holds ": " into quotes',
  },
  DUPLICATE_KEY: { message: 'is there a second time', remedy: 'keep one of the two' },
  MISSING_CHAR: {
    message: 'a colon, a quote, a bracket or a comma is missing',
    remedy: 'write key: value, with a blank after the colon, and close every quote and bracket',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'a colon is missing in this line',
    remedy: 'write key: value, with a blank after the colon',
  },
  MULTIPLE_DOCS: { message: 'a second document begins here', remedy: 'keep one document in the file' },
  NON_STRING_KEY: { message: 'a key must be a text', remedy: 'write a key such as log: before the value' },
  TAB_AS_INDENT: { message: 'a tab indents this line', remedy: 'indent by spaces' },
  TAG_RESOLVE_FAILED: {
    message: 'there is no such tag',
    remedy: 'leave the tag out, or put a text that begins with "!" into quotes',
  },
};

const NOT_YAML: Mistake = {
  message: 'this cannot be read as YAML',
  remedy: 'write key: value lines, indented by spaces, and put texts with special characters into quotes',
};

export const ALIAS: Mistake = {
  message: 'aliases are not read',
  remedy: 'write the value again (what backends share goes into backend_defaults); quote a text that begins with "*"',
};

export const explained = (code: ErrorCode): Mistake => EXPLAINED[code] ?? NOT_YAML;
