import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/audit/canonical.ts';
import { consistencyProof, GrowingTree, inclusionProof, nodeOf, type TreeHash } from '../../src/audit/merkle.ts';
import { keyOfSeed, signNote, verifierKey } from '../../src/audit/note.ts';
import { CanonicalReader } from '../../src/audit/verifier/canonical.ts';
import { isSignedBy, parseCheckpoint, parseKey, parseNote } from '../../src/audit/verifier/signed-note.ts';
import { isConsistent, rootByInclusion, Tree } from '../../src/audit/verifier/tree.ts';

/** From certificate-transparency's reference tests (merkletree/merkle_tree_test.cc; also transparency-dev/merkle, testonly). */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const INCLUSION_0_OF_8 = [
  '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
  '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
  '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
];
const INCLUSION_5_OF_8 = [
  'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
];
const CONSISTENCY_6_8 = [
  '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
  'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
];
const CONSISTENCY_2_5 = [
  '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
  'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Buffer => Buffer.from(text, 'hex');
/** The vectors' leaves are data of any length; ours are always hashes. */
const leafOf = (data: string): Buffer =>
  createHash('sha256')
    .update(Buffer.concat([Buffer.of(0), bytes(data)]))
    .digest();
const ctLeaves = LEAVES.map(leafOf);
async function* from(leaves: readonly TreeHash[]): AsyncGenerator<TreeHash> {
  yield* leaves;
}

describe('the tree, on the vectors of certificate-transparency', () => {
  it.each(ROOTS.map((root, size) => [size, root] as const))('has the root over %i leaves', (size, root) => {
    const [writers, verifiers] = [new GrowingTree(), new Tree()];
    for (const leaf of ctLeaves.slice(0, size)) {
      writers.append(leaf);
      verifiers.add(leaf);
    }
    expect([hex(writers.root()), hex(verifiers.root())]).toEqual([root, root]);
  });

  it.each([
    [0, INCLUSION_0_OF_8],
    [5, INCLUSION_5_OF_8],
  ])('proves leaf %i of 8', async (index, path) => {
    expect((await inclusionProof(index, 8, from(ctLeaves))).map(hex)).toEqual(path);
    const led = rootByInclusion(index, 8, ctLeaves[index] as Buffer, path.map(bytes));
    expect(led === null ? null : hex(led)).toBe(ROOTS[8]);
  });

  it.each([
    [6, 8, CONSISTENCY_6_8],
    [2, 5, CONSISTENCY_2_5],
  ])('proves that %i leaves grew to %i', async (older, newer, proof) => {
    expect((await consistencyProof(older, newer, from(ctLeaves))).map(hex)).toEqual(proof);
    const tree = (size: number) => ({ size, root: bytes(ROOTS[size] as string) });
    expect(isConsistent(tree(older), tree(newer), proof.map(bytes))).toBe(true);
    expect(isConsistent({ size: older, root: bytes(ROOTS[1] as string) }, tree(newer), proof.map(bytes))).toBe(false);
  });
});

/** RFC 6962, section 2.1, as it is written. */
const naiveRoot = (leaves: readonly TreeHash[]): TreeHash => {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return leaves[0] as TreeHash;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeOf(naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split)));
};

describe('the tree, for every size up to 70', () => {
  const all = Array.from({ length: 70 }, (_, index) => leafOf(Buffer.from(`leaf ${index}`).toString('hex')));

  it('equals a naive recursive one, also when it goes on from its frontier', () => {
    let resumed = new GrowingTree();
    const verifiers = new Tree();
    for (const [index, leaf] of all.entries()) {
      resumed = new GrowingTree(resumed.size, resumed.frontier());
      resumed.append(leaf);
      verifiers.add(leaf);
      const naive = hex(naiveRoot(all.slice(0, index + 1)));
      expect([hex(resumed.root()), hex(verifiers.root())]).toEqual([naive, naive]);
    }
  });

  it('proves every leaf, and takes no proof for another leaf or of another length', async () => {
    for (const size of [1, 2, 3, 7, 8, 33, 70]) {
      const root = hex(naiveRoot(all.slice(0, size)));
      for (let index = 0; index < size; index += 1) {
        const path = (await inclusionProof(index, size, from(all))).map((one) => Buffer.from(one));
        const led = (place: number, hashes: readonly Buffer[]) => {
          const found = rootByInclusion(place, size, all[index] as Buffer, hashes);
          return found === null ? null : hex(found);
        };
        expect(led(index, path)).toBe(root);
        if (size > 1) expect(led((index + 1) % size, path)).not.toBe(root);
        if (size > 1) expect(led(index, path.slice(1))).not.toBe(root);
        expect(led(index, [...path, ctLeaves[0] as Buffer])).not.toBe(root);
      }
    }
  });

  it('proves every growth, and no other', async () => {
    const trees = all.map((_, index) => ({ size: index + 1, root: Buffer.from(naiveRoot(all.slice(0, index + 1))) }));
    for (const newer of trees.slice(0, 33)) {
      for (const older of trees.slice(0, newer.size)) {
        const proof = (await consistencyProof(older.size, newer.size, from(all))).map((one) => Buffer.from(one));
        expect(isConsistent(older, newer, proof)).toBe(true);
        const other = { size: older.size, root: ctLeaves[3] as Buffer };
        expect(isConsistent(other, newer, proof)).toBe(false);
        expect(isConsistent(older, newer, [...proof, ctLeaves[3] as Buffer])).toBe(false);
      }
    }
  });
});

/** From golang.org/x/mod/sumdb/note, note_test.go: the implementation that C2SP signed-note was written after. */
const VKEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const SEED = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
const TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const NOTE = `${TEXT}\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

describe('notes, on the vectors of golang.org/x/mod/sumdb/note', () => {
  const key = keyOfSeed(SEED);

  it('are signed byte for byte as there', () => {
    expect(verifierKey('PeterNeumann', key)).toBe(VKEY);
    expect(signNote(TEXT, [{ name: 'PeterNeumann', key }])).toBe(NOTE);
  });

  it('are opened, and not when a byte is another', () => {
    const known = parseKey(VKEY);
    expect(isSignedBy(parseNote(NOTE), known)).toBe(true);
    expect(() => isSignedBy(parseNote(NOTE.replace('cryptography', 'cryptographY')), known)).toThrow(/not its own/);
    expect(isSignedBy(parseNote(NOTE.replace('PeterNeumann ', 'EnochRoot ')), known)).toBe(false);
  });

  it.each([
    'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==',
    'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    ...[0, 5, 13, 20, 40, VKEY.length - 1].map((cut) => VKEY.slice(0, cut)),
    ...[13, 15, 30].map((at) => `${VKEY.slice(0, at)}x${VKEY.slice(at + 1)}`),
  ])('have no key %s', (mangled) => {
    expect(() => parseKey(mangled)).toThrow();
  });

  it.each([
    ['no signature', `${TEXT}\n`],
    ['no empty line', TEXT + NOTE.slice(TEXT.length + 1)],
    ['no last line feed', NOTE.slice(0, -1)],
    ['a hyphen for the dash', NOTE.replace('\u2014', '-')],
    ['a line among the signatures', `${NOTE}hello\n`],
    ['a control character', NOTE.replace('you think', 'you\tthink')],
    ['a signature that is cut', NOTE.replace('BwJnAM=', 'BwJnA=')],
  ])('are refused with %s', (_what, note) => {
    expect(() => parseNote(note)).toThrow();
  });

  it('hold the checkpoint of the C2SP tlog-checkpoint specification', () => {
    const note =
      'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n';
    const { origin, size, root } = parseCheckpoint(parseNote(note));
    expect([origin, size, root.toString('base64')]).toEqual([
      'example.com/behind-the-sofa',
      20852163,
      'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=',
    ]);
  });
});

/** From cyberphone/json-canonicalization, testdata, which RFC 8785 names in its appendix G. */
const JCS: readonly (readonly [name: string, input: string, output: string])[] = [
  [
    'arrays',
    '[\n  56,\n  {\n    "d": true,\n    "10": null,\n    "1": [ ]\n  }\n]',
    '[56,{"1":[],"10":null,"d":true}]',
  ],
  [
    'french',
    '{"peach":"This sorting order","péché":"is wrong according to French","pêche":"but canonicalization MUST","sin":"ingnore locale"}',
    '{"peach":"This sorting order","péché":"is wrong according to French","pêche":"but canonicalization MUST","sin":"ingnore locale"}',
  ],
  [
    'structures',
    '{\n  "1": {"f": {"f": "hi","F": 5} ,"\\n": 56.0},\n  "10": { },\n  "": "empty",\n  "a": { },\n  "111": [ { } ],\n  "A": { }\n}',
    '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{}],"A":{},"a":{}}',
  ],
  ['unicode', '{"Unnormalized Unicode":"\\u1e0d\\u0307"}', '{"Unnormalized Unicode":"\u1e0d\u0307"}'],
  [
    'values',
    '{"numbers":[1E30, 4.50, 333333333.33333329, 2e-3, 0.000000000000000000000000001],"escaping":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null, true, false]}',
    '{"escaping":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/","literals":[null,true,false],"numbers":[1e+30,4.5,333333333.3333333,0.002,1e-27]}',
  ],
  [
    'weird',
    '{"\\u20ac":"Euro Sign","1":"One","\\u0080":"Control\\u007f","\\ud83d\\ude02":"Smiley","\\u00f6":"Latin Small Letter O With Diaeresis","\\ufb33":"Hebrew Letter Dalet With Dagesh","</script>":"Browser Challenge"}',
    '{"1":"One","</script>":"Browser Challenge","\u0080":"Control\u007f","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","\ud83d\ude02":"Smiley","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
  ],
];

/** The verifier's reader, on one value. */
const read = (text: string): void => {
  const reader = new CanonicalReader();
  const encoded = Buffer.from(text);
  reader.open(encoded, 0, encoded.length);
  reader.value(0);
  if (reader.at !== encoded.length) throw new Error('is no canonical value, for something follows it');
};

describe('canonical JSON, on the vectors of RFC 8785', () => {
  it.each(JCS)('writes %s', (_name, input, output) => {
    expect(canonicalJson(JSON.parse(input))).toBe(output);
  });

  // The numbers of events are whole, so that the verifier has no use for "values".
  it.each(JCS.filter(([name]) => name !== 'values'))('reads %s, and only as it is written', (_name, input, output) => {
    expect(() => read(output)).not.toThrow();
    if (input !== output) expect(() => read(input)).toThrow(/canonical/);
  });

  it.each([
    ...[
      '{"b":1,"a":2}',
      '{"a":1,"a":1}',
      '{"a":1 }',
      '[1,]',
      '{"a"}',
      '["\\/"]',
      '["\\u0041"]',
      '["\\u000A"]',
      '["\\u000a"]',
    ],
    ...['01', '-0', '1.0', '1e3', '+1', '9007199254740992', '-9007199254740992', 'nul', '"', '"\n"', '', '\ufeff1'],
    // Above U+FFFF sorts below U+FB33, because UTF-16 code units are compared.
    ...['{"\ufb33":1,"\ud83d\ude02":2}', `${'['.repeat(2_000)}${']'.repeat(2_000)}`],
  ])('does not read %s', (text) => {
    expect(() => read(text)).toThrow(/canonical/);
  });

  it.each(['{"\ud83d\ude02":1,"\ufb33":2}', '9007199254740991', '-9007199254740991', '"\u007f\u0080\u2028"', '0'])(
    'reads %s',
    (text) => {
      expect(() => read(text)).not.toThrow();
    },
  );
});
