/** A real server that the same tests shall run against, such as `esdb://127.0.0.1:2113?tls=false`. */
export const REAL_SERVER = process.env.SCORIA_TEST_EVENTSTOREDB;
