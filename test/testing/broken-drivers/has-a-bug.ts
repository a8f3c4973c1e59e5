import { withDefect } from './defect.ts';

export default withDefect('has-a-bug', () => ({
  extend: {
    online: true,
    extendVolume: async () => {
      throw new RangeError('Invalid array length');
    },
  },
}));
