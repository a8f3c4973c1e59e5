import { describe, expect, it } from 'vitest';
import { openEngine } from '../support/engine.ts';

describe('a policy', () => {
  it('refuses commands without a reason: logged, counted, and without an event', async () => {
    const said: object[] = [];
    const logger = { debug() {}, info() {}, error() {}, warn: (fields: object) => void said.push(fields) };
    const engine = await openEngine({ policy: { requireReason: true }, logger });
    const refused = { code: 'RefusedByPolicy', kind: 'invalid' };
    await expect(engine.keyValues.set('a', '1')).rejects.toMatchObject(refused);
    await expect(engine.keyValues.set('a', '1', { reason: ' ' })).rejects.toMatchObject(refused);
    await expect(engine.load('{}')).rejects.toMatchObject(refused);
    await expect(engine.recover()).rejects.toMatchObject(refused);
    expect(await engine.execute({ type: 'SetKeyValue', key: 'a', value: '1' })).toMatchObject({ left: refused });
    expect([engine.refusedCommands, (await engine.view()).position]).toEqual([5, 0n]);
    expect(said).toMatchObject([
      { operation: 'SetKeyValue', code: 'RefusedByPolicy', count: 1 },
      { count: 2 },
      { operation: 'LoadDump', count: 3 },
      { operation: 'Recover', count: 4 },
      { count: 5 },
    ]);
    await engine.keyValues.set('a', '1', { reason: 'ticket 4711' });
    expect(await engine.keyValues.get('a')).toBe('1');
  });

  it('refuses who is not on its list, as a user or for a project', async () => {
    const engine = await openEngine({ policy: { actors: ['ada', 'grace@mail'] }, user: 'ada' });
    const as = (user: string, project: string) =>
      engine.keyValues.set('a', `${user} ${project}`, { actor: { user, project } }).then(
        () => 'done',
        (error: { readonly code: string }) => error.code,
      );
    expect(await as('ada', 'anything')).toBe('done');
    expect(await as('grace', 'mail')).toBe('done');
    expect(await as('grace', 'web')).toBe('RefusedByPolicy');
    expect(await as('eve', 'mail')).toBe('RefusedByPolicy');
    await engine.keyValues.set('a', 'the engine’s own user');
    expect(engine.refusedCommands).toBe(2);
  });

  it('does not stand in the way of sealing by itself', async () => {
    const { createKeyFile } = await import('../../src/library/audit/key-file.ts');
    const { openAudited, scratch } = await import('./sealed-log.ts');
    await using files = await scratch();
    await createKeyFile(files.path('key'));
    const policy = { requireReason: true, actors: ['grace'] };
    const open = () =>
      openAudited(files.path('log.db'), { policy, audit: { keyFile: files.path('key'), everyEvents: 100 } });
    const engine = await open();
    await engine.keyValues.set('a', '1', { reason: 'r', actor: { user: 'grace', project: 'mail' } });
    await engine.close();
    await using again = await open();
    expect(await again.audit.verify()).toMatchObject({ checkpoints: 1 });
    await expect(again.audit.seal({ reason: 'r' })).rejects.toMatchObject({ code: 'RefusedByPolicy' });
  });
});
