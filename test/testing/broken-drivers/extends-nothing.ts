import { withDefect } from './defect.ts';

export default withDefect('extends-nothing', () => ({ extend: { online: true, extendVolume: async () => {} } }));
