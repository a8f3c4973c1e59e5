import { describeOnTarget } from '../support/driver-suite.ts';

describeOnTarget({ lvm_type: 'default', target_helper: 'lioadm', lives: { daily: 2, full: 17 } });
