import { describeOnTarget } from '../support/driver-suite.ts';

describeOnTarget({ lvm_type: 'thin', target_helper: 'nvmet', lives: { daily: 3, full: 16 } });
