import { said } from './target-trial.ts';

interface Dump {
  readonly storage_objects: readonly unknown[];
  readonly targets: readonly unknown[];
}

/** What rtslib, with which targetcli and Cinder work, makes of what stands, and what its own code does with it. */
export const rtslib = async <Answer>(script: string, ...args: string[]): Promise<Answer> =>
  JSON.parse(await said('/usr/bin/python3', '-c', `${PRELUDE}${script}`, ...args)) as Answer;

const PRELUDE = `
import json, sys
import rtslib_fb as r
root = r.RTSRoot()
`;

/** The live tree; then what is left after clearing it and restoring the saved one, and what that found wrong. */
export const dumpAndRestore = (): Promise<{ before: Dump; errors: readonly string[]; after: Dump }> =>
  rtslib(`
before = root.dump()
root.clear_existing(confirm=True)
root.invalidate_caches()
errors = root.restore_from_file(clear_existing=False)
print(json.dumps({'before': before, 'errors': errors, 'after': root.dump()}))
`);

/** A target as Cinder's tool makes one with it, with one initiator let in. */
export const makeAsCinder = (iqn: string, device: string, initiator: string): Promise<{ serial: string }> =>
  rtslib(
    `
name, device, initiator = sys.argv[1:4]
backing = r.BlockStorageObject(name=name, dev=device)
target = r.Target(r.FabricModule('iscsi'), name, 'create')
group = r.TPG(target, mode='create')
group.set_attribute('authentication', '1')
lun = r.LUN(group, storage_object=backing)
group.enable = 1
r.NetworkPortal(group, '127.0.0.1', 3260, mode='any')
acl = r.NodeACL(group, initiator, mode='create')
acl.chap_userid = 'cinder'
acl.chap_password = 'cinder-password'
r.MappedLUN(acl, 0, tpg_lun=0)
root.save_to_file()
print(json.dumps({'serial': backing.wwn}))
`,
    iqn,
    device,
    initiator,
  );

/** Deletes a target as Cinder's tool does it. */
export const deleteAsCinder = (iqn: string): Promise<null> =>
  rtslib(
    `
for target in list(root.targets):
    if target.wwn == sys.argv[1]: target.delete()
for backing in list(root.storage_objects):
    if backing.name == sys.argv[1]: backing.delete()
root.save_to_file()
print('null')
`,
    iqn,
  );

/** In an order that is nobody's. */
export const sorted = (value: unknown): unknown => {
  if (Array.isArray(value))
    return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
};
