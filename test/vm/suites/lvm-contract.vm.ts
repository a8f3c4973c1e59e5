import { after, before, describe, test } from 'node:test';
import { lvmDriver } from '../../../src/drivers/lvm/driver.ts';
import { describeDriver } from '../../../src/testing/driver/describe.ts';
import { hereTarget } from '../support/here-target.ts';
import { LVM_CAPABILITIES } from '../support/lvm-backend.ts';
import { lvs, newGroup, removeGroup } from '../support/lvm-group.ts';

const GROUP = 'scoria-lvm';
/** Thick volumes are cleared and copied byte for byte, which takes this machine minutes. */
const types = process.env.SCORIA_VM_FULL === undefined ? ['thin'] : ['thin', 'default'];

for (const lvm_type of types) {
  describe(`lvm, ${lvm_type}`, () => {
    before(() => newGroup(GROUP, '/dev/vda', '/dev/vdb'));
    after(() => removeGroup(GROUP, '/dev/vda', '/dev/vdb'));

    describeDriver(
      lvmDriver(async () => hereTarget().make),
      {
        options: { volume_group: GROUP, lvm_type },
        remains: async () => (await lvs(GROUP)).filter((name) => name !== `${GROUP}-pool`),
      },
      { describe, test, name: `lvm, ${lvm_type}`, capabilities: LVM_CAPABILITIES },
    );
  });
}
