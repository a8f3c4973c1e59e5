import { describeOnTarget } from '../support/driver-suite.ts';

describeOnTarget({ lvm_type: 'thin', target_helper: 'nvmet', lives: 3 });
