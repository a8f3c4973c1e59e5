import type { CheckReport } from '../../testing.ts';
import { checkName } from '../driver-check/text.ts';
import { STYLE } from './html-style.ts';
import { optionText } from './junit.ts';
import { escaped } from './markup.ts';
import {
  type BackendStatus,
  type BackendValidation,
  CHECK_STATUSES,
  countsText,
  type Fact,
  factsOf,
  secondsText,
  type ValidationReport,
} from './report.ts';

/** The report as one page that needs nothing else: no script, no picture, no address. */
export const htmlPage = (report: ValidationReport): string => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(titleOf(report))}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Validation of storage backends</h1>
${verdict(report)}
${facts(reportFacts(report))}
${report.backends.length > 1 ? overview(report.backends) : ''}
${report.backends.map(section).join('\n')}
</main>
</body>
</html>
`;

const titleOf = ({ backends, passed }: ValidationReport): string =>
  `${backends.map(({ name }) => name).join(', ')}: ${passed ? 'valid' : 'not valid'} · Scoria`;

const verdict = ({ passed, interrupted, counts, backends }: ValidationReport): string => {
  const isOpen = interrupted || backends.every(({ status }) => status === 'passed' || status === 'not all run');
  const said = interrupted ? 'It was interrupted' : isOpen ? 'Nothing failed, but not all was run' : 'Not valid';
  const [sign, of] = passed ? ['✓', 'passed'] : isOpen ? ['○', 'open'] : ['✗', 'failed'];
  return `<p class="verdict ${of}">${sign} ${passed ? 'All is valid' : said}: ${countsText(counts)}</p>`;
};

const reportFacts = ({ begun_at, duration_ms, versions, size_precision }: ValidationReport): readonly Fact[] => [
  ['Begun', begun_at],
  ['Time', secondsText(duration_ms)],
  ['Scoria', versions.scoria],
  ['Node.js', versions.node],
  ['Kernel', versions.kernel],
  ['Sizes', size_precision === 0 ? 'must be right to the byte' : `must be right in ${size_precision} decimals of GiB`],
];

const facts = (pairs: readonly Fact[]): string =>
  `<dl>${pairs.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('\n')}</dl>`;

/** A word alone would leave out who sees no colours, a colour alone who sees no words. */
const SIGNS: Readonly<Record<BackendStatus | CheckReport['status'], readonly [sign: string, kind: string]>> = {
  passed: ['✓', 'passed'],
  failed: ['✗', 'failed'],
  'not all run': ['○', 'open'],
  'not run': ['○', 'open'],
  'not supported': ['–', 'none'],
  'no driver': ['✗', 'failed'],
  'not usable': ['✗', 'failed'],
  interrupted: ['○', 'open'],
  'not begun': ['○', 'open'],
};

const statusText = (status: BackendStatus | CheckReport['status']): string => {
  const [sign, kind] = SIGNS[status];
  return `<span class="status ${kind}"><span aria-hidden="true">${sign}</span> ${status}</span>`;
};

const overview = (backends: readonly BackendValidation[]): string => `<section>
<table>
<caption>The backends</caption>
<thead><tr><th scope="col">Backend</th><th scope="col">Result</th>${CHECK_STATUSES.map((status) => `<th scope="col" class="number">${capital(status)}</th>`).join('')}</tr></thead>
<tbody>
${backends.map(overviewRow).join('\n')}
</tbody>
</table>
</section>`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const overviewRow = ({ name, status, counts }: BackendValidation, index: number): string => {
  const numbers = CHECK_STATUSES.map((one) => `<td class="number" data-label="${capital(one)}">${counts[one]}</td>`);
  return `<tr><th scope="row"><a href="#backend-${index}">${escaped(name)}</a></th><td>${statusText(status)}</td>${numbers.join('')}</tr>`;
};

const section = (backend: BackendValidation, index: number): string => {
  const { name, status, checks, counts, options } = backend;
  return `<section id="backend-${index}" aria-labelledby="name-${index}">
<h2 id="name-${index}">${escaped(name)}</h2>
<p>${statusText(status)}${checks.length === 0 ? '' : `: ${countsText(counts)}`}</p>
${facts(factsOf(backend))}
${errorOf(backend)}
${leftoversOf(backend)}
${Object.keys(options).length === 0 ? '' : `<details><summary>Options</summary>${facts(Object.entries(options).map(([option, value]) => [option, optionText(value)]))}</details>`}
${checks.length === 0 ? '' : checksTable(checks)}
</section>`;
};

const errorOf = ({ error }: BackendValidation): string =>
  error === null
    ? ''
    : `<pre>${escaped(error.message)}</pre>\n<p>What would be right: ${escaped(error.remedy)} <span class="quiet">(${escaped(error.code)})</span></p>`;

const leftoversOf = ({ leftovers, clean_up }: BackendValidation): string => {
  if (leftovers.length === 0) return '';
  const lines = leftovers.map(({ kind, id, why }) => `${kind} ${id}: ${why}`).join('\n');
  const again = clean_up === null ? '' : `<p>To take it away: <code>${escaped(clean_up)}</code></p>`;
  return `<h3 class="failed">Left on the array</h3>\n<pre>${escaped(lines)}</pre>\n${again}`;
};

const checksTable = (checks: readonly CheckReport[]): string => `<table>
<caption>The checks: what the driver does</caption>
<thead><tr><th scope="col">Result</th><th scope="col">Check</th><th scope="col" class="number">Time</th></tr></thead>
<tbody>
${checks.map(checkRow).join('\n')}
</tbody>
</table>`;

const checkRow = (check: CheckReport): string => {
  const { status, message, remedy, cinderlib = [], duration_ms } = check;
  const tests = cinderlib.length === 0 ? '' : `<div class="quiet">cinderlib: ${escaped(cinderlib.join(', '))}</div>`;
  const said = message === undefined ? '' : `<pre>${escaped(message)}</pre>`;
  const right = remedy === undefined ? '' : `<div>What would be right: ${escaped(remedy)}</div>`;
  const time = `<td class="number" data-label="Time">${secondsText(duration_ms)}</td>`;
  return `<tr><td>${statusText(status)}</td><th scope="row">${escaped(checkName(check))}${tests}${said}${right}</th>${time}</tr>`;
};
