import { describeOnTarget } from '../support/driver-suite.ts';

const lives = { daily: 0, full: 4 };

/** The arrangements that the other `driver-*` leave out. */
describeOnTarget({ lives, lvm_type: 'thin', target_helper: 'lioadm' });
describeOnTarget({ lives, lvm_type: 'default', target_helper: 'tgtadm' });
describeOnTarget({ lives, lvm_type: 'default', target_helper: 'nvmet' });
