import { withDefect } from './defect.ts';

export default withDefect('deletes-nothing', () => ({ deleteVolume: async () => {} }));
