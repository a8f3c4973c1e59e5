import { describeOnTarget } from '../support/driver-suite.ts';

/** The arrangements that the other `driver-*` leave out. */
describeOnTarget({ lvm_type: 'thin', target_helper: 'lioadm' });
describeOnTarget({ lvm_type: 'default', target_helper: 'tgtadm' });
describeOnTarget({ lvm_type: 'default', target_helper: 'nvmet' });
