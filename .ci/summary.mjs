// summary.mjs REPORT ... : names what failed, in the form of vitest's JSON reports, and closes with the counts.
import { existsSync, readFileSync } from 'node:fs';

const NONE = { success: false, numFailedTests: 1 };
const counts = { passed: 0, failed: 0, skipped: 0 };
let complete = true;
for (const file of process.argv.slice(2)) {
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : NONE;
  if (report === NONE) console.log(`failed: there is no report ${file}`);
  counts.passed += report.numPassedTests ?? 0;
  counts.failed += report.numFailedTests ?? 0;
  counts.skipped += (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0);
  complete &&= report.success && report.numPassedTests > 0;
  for (const { name, status, message, assertionResults } of report.testResults ?? []) {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (status === 'failed' && failed.length === 0) console.log(`failed: ${name}\n${message}`);
    for (const { fullName, failureMessages = [] } of failed)
      console.log([`failed: ${name}: ${fullName}`, ...failureMessages].join('\n').slice(0, 4000));
  }
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(complete ? 0 : 1);
