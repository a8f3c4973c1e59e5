import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { keyOfSeed } from '../src/audit/note.ts';
import { Problem } from '../src/audit/verifier/problem.ts';
import { type Verified, verify } from '../src/audit/verifier/verify.ts';
import {
  type Forgeable,
  forged,
  rolledBack,
  type Sealed,
  type Step,
  scratch,
  sealedBy,
  signedAnew,
  sourceOf,
  textOf,
} from '../test/audit/sealed-log.ts';
import { law } from './model/runs.ts';

const anyStep: fc.Arbitrary<Step> = fc.record({
  values: fc.nat({ max: 4 }),
  by: fc.constantFrom('seal', 'seal', 'rotate', 'nothing'),
});
const anyLife = fc.tuple(fc.array(anyStep, { maxLength: 5 }), fc.nat({ max: 3 }));

/** One life with everything in it, which is then changed in every way. */
const LIFE: readonly Step[] = [
  { values: 3, by: 'seal' },
  { values: 2, by: 'rotate' },
  { values: 2, by: 'seal' },
];
/** Values that no checkpoint covers: the fourth has the first one's key. */
const AFTER = 4;
let honest: Sealed;
/** Lines that the newest checkpoint covers. */
let sealed = 0;
let found: (bytes: Uint8Array) => Promise<Problem | Verified>;

beforeAll(async () => {
  honest = await sealedBy(LIFE, AFTER);
  const { key, notes } = honest;
  found = (bytes) => checked(bytes, { key, notes });
  sealed = (await verify(sourceOf(textOf(honest.lines)), { key, notes })).sealed;
  expect(sealed).toBe(honest.lines.length - AFTER - 1);
});

const checked = async (bytes: Uint8Array, outside: Pick<Sealed, 'key' | 'notes'>): Promise<Problem | Verified> => {
  try {
    return await verify(sourceOf(bytes), outside);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
};

const place = fc.nat({ max: 1_000_000 });

/** An edit of the lines, somewhere in what is sealed. */
const edits: Readonly<Record<string, (lines: readonly string[], at: number, other: number) => readonly string[]>> = {
  'an event is dropped': (lines, at) => lines.toSpliced(at, 1),
  'an event is there twice': (lines, at, other) => lines.toSpliced(other, 0, lines[at] as string),
  'two events are swapped': (lines, at, other) =>
    lines.with(at, lines[other] as string).with(other, lines[at] as string),
  'an event is moved': (lines, at, other) => lines.toSpliced(at, 1).toSpliced(other, 0, lines[at] as string),
  'the end is cut off': (lines, at) => lines.slice(0, at),
};

/** The same with every hash and link made anew. */
const forgeries: Readonly<Record<string, (events: Forgeable[], at: number, other: number) => void>> = {
  'an event is dropped': (events, at) => void events.splice(at, 1),
  'an event is inserted': (events, at, other) => {
    const copy = structuredClone(events[at]);
    copy.id = 'forged';
    events.splice(other, 0, copy);
  },
  'two events are swapped': (events, at, other) => {
    [events[at], events[other]] = [events[other], events[at]];
  },
  'somebody else did it': (events, at) => {
    events[at].meta.actor.user = 'eve';
  },
  'it had another reason': (events, at) => {
    events[at].meta.reason = `${events[at].meta.reason ?? ''}!`;
  },
  'something else was done': (events, at) => {
    events[at].data = { ...events[at].data, forged: true };
  },
};

describe('an honest log', () => {
  law(
    'is never refused, whatever its life',
    20,
    fc.asyncProperty(anyLife, async ([steps, after]) => {
      const { lines, notes, key } = await sealedBy(steps, after);
      const verified = await verify(sourceOf(textOf(lines)), { key, notes });
      // The last checkpoint's own event, and what came after it, are not sealed.
      expect(verified).toMatchObject({ events: lines.length, unsealed: after + 1 });
      expect(verified.notes).toEqual({ held: notes.length, abandoned: 0 });
    }),
  );

  it('is none that its outside notes go beyond, nor one that another key signed', async () => {
    const { lines, notes } = honest;
    const others = await sealedBy(LIFE);
    const withNotes = await checked(textOf(lines), { key: honest.key, notes: others.notes });
    const withKey = await checked(textOf(lines), { key: others.key, notes });
    expect([withNotes, withKey].map((one) => (one as Problem).message)).toEqual([
      expect.stringMatching(/signed with no key of this log/),
      expect.stringMatching(/not sealed with the trusted key/),
    ]);
  });
});

describe('within what is sealed', () => {
  law(
    'any byte that is another is found',
    1_500,
    fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const bytes = textOf(honest.lines);
      const within = textOf(honest.lines.slice(0, sealed)).length;
      const index = at % within;
      bytes[index] = (bytes[index] as number) ^ change;
      expect(await found(bytes)).toBeInstanceOf(Problem);
    }),
  );

  describe.each(Object.entries(edits))('%s', (_name, edit) => {
    law(
      'and found',
      60,
      fc.asyncProperty(place, place, async (at, other) => {
        const changed = edit(honest.lines, at % sealed, other % sealed);
        fc.pre(changed.join() !== honest.lines.join());
        expect(await found(textOf(changed))).toBeInstanceOf(Problem);
      }),
    );
  });

  describe.each(Object.entries(forgeries))('%s, and every hash is made anew', (_name, forge) => {
    law(
      'and found',
      60,
      fc.asyncProperty(place, place, async (at, other) => {
        const [first, second] = [at % sealed, other % sealed];
        const changed = forged(honest.lines, (events) => forge(events, first, second));
        fc.pre(changed.join() !== honest.lines.join());
        expect(await found(textOf(changed))).toBeInstanceOf(Problem);
      }),
    );
  });

  law(
    'a cut anywhere in the bytes is found',
    100,
    fc.asyncProperty(place, async (at) => {
      const within = textOf(honest.lines.slice(0, sealed)).length;
      expect(await found(textOf(honest.lines).subarray(0, at % within))).toBeInstanceOf(Problem);
    }),
  );
});

describe('after what is sealed', () => {
  it('an event that was changed, with its own hash made anew, is found by the one that follows on it', async () => {
    const changed = honest.lines.length - AFTER;
    const until = forged(honest.lines.slice(0, changed + 1), (events) => {
      events.at(-1).meta.actor.user = 'eve';
    });
    const problem = await found(textOf([...until, ...honest.lines.slice(changed + 1)]));
    expect(problem).toMatchObject({ line: honest.lines.length, message: expect.stringMatching(/does not follow on/) });
  });
});

describe('a log that is signed anew', () => {
  const attacker = keyOfSeed(Buffer.alloc(32, 3));

  it('looks well by itself, and is found by the trusted key and by any note from outside', async () => {
    const anew = textOf(signedAnew(honest.lines, attacker));
    const { key, notes } = honest;
    expect(await verify(sourceOf(anew))).toMatchObject({ events: honest.lines.length });
    expect(await checked(anew, { key, notes: [] })).toBeInstanceOf(Problem);
    for (const note of notes)
      expect(await verify(sourceOf(anew), { notes: [note] }).catch((e) => e)).toBeInstanceOf(Problem);
  });

  it('is found also where it names the trusted key as the one that its own was rotated to', async () => {
    const { key, notes } = honest;
    const [, trustedLast] = (await verify(sourceOf(textOf(honest.lines)), { key, notes })).keys;
    const anew = textOf(signedAnew(honest.lines.slice(0, -4), attacker, trustedLast));
    expect(await checked(anew, { key: trustedLast as string, notes: [] })).toBeInstanceOf(Problem);
  });
});

describe('the second verifier, in Python', () => {
  const program = fileURLToPath(new URL('../test/audit/verify.py', import.meta.url));

  const second = async (directory: string, bytes: Uint8Array, { key, notes }: Sealed): Promise<Forgeable> => {
    await mkdir(join(directory, 'notes'), { recursive: true });
    await writeFile(join(directory, 'export'), bytes);
    await writeFile(join(directory, 'key'), `${key}\n`);
    for (const { name, note } of notes) await writeFile(join(directory, 'notes', name), note);
    const args = [join(directory, 'export'), '--key', join(directory, 'key'), '--notes', join(directory, 'notes')];
    const { stdout } = await promisify(execFile)('python3', [program, ...args]).catch((error) => error);
    if (stdout === undefined || stdout === '')
      throw new Error('python3, which these tests need, did not run verify.py');
    return JSON.parse(stdout);
  };

  const expectAgreement = async (log: Sealed, bytes: Uint8Array): Promise<void> => {
    await using files = await scratch();
    const theirs = await second(files.path('.'), bytes, log);
    const ours = await checked(bytes, log);
    if (ours instanceof Problem) {
      expect({ ok: theirs.ok, line: theirs.line }, `${ours.message}; ${theirs.what}`).toEqual({
        ok: false,
        line: ours.line,
      });
    } else {
      const { events, sealed: size, unsealed, notes } = ours;
      expect(theirs).toMatchObject({ ok: true, events, sealed: size, unsealed, ...notes });
    }
  };

  law(
    'agrees on honest logs',
    4,
    fc.asyncProperty(anyLife, async ([steps, after]) => {
      const log = await sealedBy(steps, after);
      await expectAgreement(log, textOf(log.lines));
    }),
  );

  law(
    'agrees on logs with a changed byte, also where it is not sealed',
    15,
    fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const bytes = textOf(honest.lines);
      const index = at % bytes.length;
      bytes[index] = (bytes[index] as number) ^ change;
      await expectAgreement(honest, bytes);
    }),
  );

  it('agrees on a log whose rollback was accepted', async () => {
    const log = await rolledBack();
    const verified = await verify(sourceOf(textOf(log.lines)), log);
    expect(verified).toMatchObject({ notes: { held: 2, abandoned: 1 }, rollbacks: [{ reason: 'disk lost' }] });
    await expectAgreement(log, textOf(log.lines));
    for (const at of [0, 3, 5, 6]) await expectAgreement(log, textOf(log.lines.toSpliced(at, 1)));
  });

  it.each(Object.keys(edits))('agrees when %s', async (name) => {
    const edit = edits[name] as (typeof edits)[string];
    await expectAgreement(honest, textOf(edit(honest.lines, 4, 9)));
  });

  it.each(Object.keys(forgeries))('agrees when %s, and every hash is made anew', async (name) => {
    await expectAgreement(honest, textOf(forged(honest.lines, (events) => forgeries[name]?.(events, 4, 9))));
  });
});
