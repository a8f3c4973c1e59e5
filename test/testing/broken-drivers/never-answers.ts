import { withDefect } from './defect.ts';

export default withDefect('never-answers', () => ({ createExport: () => new Promise(() => {}) }));
