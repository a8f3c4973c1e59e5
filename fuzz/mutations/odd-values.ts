import fc from 'fast-check';

const LONG = 100_000;

const anyCharacter = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  fc.integer({ min: 0, max: 0x10_ff_ff }).map((code) => String.fromCodePoint(code)),
);

/** Texts that programs stumble over. None is a path outside of the directory that an input is given in. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '-',
    '--',
    '-1',
    '0',
    '1e400',
    '9007199254740993',
    '99999999999999999999',
    '__proto__',
    'constructor',
    'toString',
    '%s%n',
    "'; DROP TABLE events; --",
    'a\u0000b',
    'a\nb',
    '\r\n',
    '\u001b[31mred',
    '\u202egnp.exe',
    '\ufeff',
    '\ufffd',
    '🌋'.repeat(300),
    'x'.repeat(256),
    'x'.repeat(LONG),
  ),
  fc.string({ unit: anyCharacter, maxLength: 30 }).map((text) => text.replaceAll('/', '-').toWellFormed()),
);

/** The same, and what UTF-8 cannot carry. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 9, arbitrary: oddText },
  { weight: 1, arbitrary: fc.constantFrom('\ud800', 'a\udfffb') },
);

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const nestedObjects = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** Pieces of JSON that may be no JSON. */
export const oddJson: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    'false',
    '0',
    '-0',
    '-1',
    '1.5',
    '1e400',
    '-1e-400',
    '9007199254740991',
    '9007199254740993',
    '99999999999999999999999999',
    '"1"',
    '""',
    '{}',
    '[]',
    '[null]',
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"toString":1,"valueOf":2,"hasOwnProperty":3}',
    '{"length":4294967295}',
    '"\\ud800"',
    '"\\u0000"',
    'NaN',
    'undefined',
    '01',
    '[1,',
    nested(200),
    nested(20_000),
    nestedObjects(300),
    nestedObjects(20_000),
  ),
  anyText.map((text) => JSON.stringify(text)),
  fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
);
