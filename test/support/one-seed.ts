/** The same examples at every run, so that a red run means a change; `npm run test:long` draws new ones. */
export const oneSeed = process.env.SCORIA_PROPERTY_RUNS === undefined ? { seed: 20261120 } : {};
