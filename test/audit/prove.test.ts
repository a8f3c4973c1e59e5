import { describe, expect, it, onTestFinished } from 'vitest';
import { checkProof } from '../../src/audit/verifier/proof.ts';
import type { Engine } from '../../src/index.ts';
import { createKeyFile } from '../../src/library/audit/key-file.ts';
import { openAudited, scratch } from './sealed-log.ts';

const sealedEngine = async (values: number): Promise<{ readonly engine: Engine; readonly key: string }> => {
  const files = await scratch();
  onTestFinished(() => files[Symbol.asyncDispose]());
  const keyFile = files.path('key');
  await createKeyFile(keyFile);
  const engine = await openAudited(':memory:', { audit: { keyFile } });
  onTestFinished(() => engine.close());
  for (let index = 0; index < values; index += 1) await engine.keyValues.set(`key-${index}`, `secret-${index}`);
  await engine.audit.seal();
  return { engine, key: (await engine.audit.key()) ?? '' };
};

describe('a proof of one event', () => {
  it('holds for every sealed event, by its position or id, and shows no other event', async () => {
    const { engine, key } = await sealedEngine(7);
    for (const { position, id } of await Array.fromAsync((await engine.view()).events())) {
      if (position > 7n) continue;
      const proof = await engine.audit.prove(position);
      expect(await engine.audit.prove(id)).toBe(proof);
      const proven = checkProof(proof, [key]);
      expect(proven).toMatchObject({ kind: 'inclusion', size: 7, index: Number(position) - 1 });
      if (proven.kind !== 'inclusion') continue;
      expect(JSON.parse(proven.body)).toMatchObject({ id, data: { value: `secret-${Number(position) - 1}` } });
      const shown = Buffer.from(proof.split('\n')[1]?.slice('extra '.length) ?? '', 'base64').toString();
      expect(shown.match(/secret-\d/g)).toHaveLength(1);
    }
  });

  it('is refused when any of its characters is another, or its key', async () => {
    const { engine, key } = await sealedEngine(5);
    const other = await sealedEngine(1);
    const proof = await engine.audit.prove(2n);
    expect(() => checkProof(proof, [other.key])).toThrow(/not signed with a trusted key/);
    for (let index = 0; index < proof.length; index += 7) {
      const changed = proof.slice(0, index) + (proof[index] === 'A' ? 'B' : 'A') + proof.slice(index + 1);
      expect(() => checkProof(changed, [key]), `character ${index}`).toThrow();
    }
  });

  it('is not there for what is not sealed, or not there', async () => {
    const { engine } = await sealedEngine(3);
    await expect(engine.audit.prove(4n)).rejects.toMatchObject({ code: 'NotSealed' });
    await expect(engine.audit.prove(99n)).rejects.toMatchObject({ code: 'EventNotFound' });
    await expect(engine.audit.prove('no-id')).rejects.toMatchObject({ code: 'EventNotFound' });
  });
});

describe('a proof that a log has grown', () => {
  it('holds between any two notes, and not the other way round', async () => {
    const { engine, key } = await sealedEngine(1);
    const notes = [];
    for (let index = 0; index < 5; index += 1) {
      await engine.keyValues.set('more', String(index));
      notes.push((await engine.audit.seal()).note);
    }
    for (const [place, newer] of notes.entries()) {
      for (const older of notes.slice(0, place + 1)) {
        const proof = await engine.audit.proveConsistency(older, newer);
        expect(checkProof(proof, [key])).toMatchObject({ kind: 'consistency' });
        const [head = '', ...rest] = proof.split('\n\n');
        const hashes = head.split('\n').slice(1);
        const shorter = ['scoria/audit/consistency/v1', ...hashes.slice(1)].join('\n');
        if (hashes.length > 0) expect(() => checkProof([shorter, ...rest].join('\n\n'), [key])).toThrow(/older root/);
      }
    }
    const [first = '', second = ''] = notes;
    await expect(engine.audit.proveConsistency(second, first)).rejects.toMatchObject({ code: 'InvalidNote' });
    await expect(engine.audit.proveConsistency('hello', first)).rejects.toMatchObject({ code: 'InvalidNote' });
    expect(checkProof(await engine.audit.proveConsistency(first), [key])).toMatchObject({ older: 4 });
  });

  it('is not made with the note of another log', async () => {
    const { engine } = await sealedEngine(2);
    const { note } = await (await sealedEngine(1)).engine.audit.seal();
    await expect(engine.audit.proveConsistency(note)).rejects.toMatchObject({ code: 'InvalidNote' });
  });
});
