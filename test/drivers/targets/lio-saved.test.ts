import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { withTarget } from '../../../src/drivers/root-files/lio-saved.ts';

const aTarget = (wwn: string, ...objects: readonly string[]): JsonObject => ({
  fabric: 'iscsi',
  tpgs: [{ luns: objects.map((name, index) => ({ index, storage_object: `/backstores/block/${name}` })) }],
  wwn,
});
const anObject = (name: string, wwn = 'serial', plugin = 'block'): JsonObject => ({ name, plugin, wwn });

const FOREIGN = {
  fabric_modules: [{ name: 'iscsi' }],
  storage_objects: [anObject('theirs'), anObject('iqn.x:mine', 'file', 'fileio')],
  targets: [aTarget('iqn.x:theirs', 'theirs'), { ...aTarget('iqn.x:mine'), fabric: 'loopback' }],
};
const live = (target: JsonObject | null, ...objects: readonly JsonObject[]) => ({
  iqn: 'iqn.x:mine',
  target,
  blockObject: (name: string) => objects.find((object) => object.name === name) ?? null,
});

test('what stands is saved, and what is others’ stays as it is', () => {
  const target = aTarget('iqn.x:mine', 'iqn.x:mine');
  const saved = withTarget(FOREIGN, live(target, anObject('iqn.x:mine')));
  expect(saved).toEqual({
    fabric_modules: FOREIGN.fabric_modules,
    storage_objects: [...FOREIGN.storage_objects, anObject('iqn.x:mine')],
    targets: [...FOREIGN.targets, target],
  });
  const changed = aTarget('iqn.x:mine', 'iqn.x:mine', 'second');
  const again = withTarget(saved, live(changed, anObject('iqn.x:mine', 'new'), anObject('second')));
  expect(again.targets).toEqual([...FOREIGN.targets, changed]);
  expect(again.storage_objects).toEqual([
    ...FOREIGN.storage_objects,
    anObject('iqn.x:mine', 'new'),
    anObject('second'),
  ]);
  expect(withTarget(again, live(null))).toEqual(FOREIGN);
});

test('what another target needs of what is gone stays saved', () => {
  const shared = {
    storage_objects: [anObject('shared')],
    targets: [aTarget('iqn.x:mine', 'shared'), aTarget('iqn.x:theirs', 'shared')],
  };
  expect(withTarget(shared, live(null))).toEqual({
    storage_objects: [anObject('shared')],
    targets: [aTarget('iqn.x:theirs', 'shared')],
  });
});

test('an empty configuration gets its lists', () => {
  expect(withTarget({}, live(null))).toEqual({ storage_objects: [], targets: [] });
});
