/** For a page that is read on a screen of any width, by day and by night, and on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #fbfaf8; --card: #fff; --ink: #1d1b19; --quiet: #5d5853; --line: #dcd7d0; --code: #f3f0eb;
  --passed: #17653a; --failed: #a3210f; --open: #7a4a00; --none: #5d5853;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #171513; --card: #201d1a; --ink: #ece8e3; --quiet: #b0a89f; --line: #3b3630; --code: #2a2622;
    --passed: #72d39b; --failed: #ff9b8a; --open: #f0bd6b; --none: #b0a89f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 62rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 0 0 .5rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1.25rem; margin-top: 1.5rem; }
p { margin: .5rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .75rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; }
table { width: 100%; border-collapse: collapse; margin: .75rem 0 0; }
caption { text-align: left; color: var(--quiet); padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .75rem .45rem 0; border-top: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--quiet); font-size: .9rem; border-top: 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; padding-right: 0; }
td.number + td.number, th.number + th.number { padding-left: .75rem; }
.status { font-weight: 600; white-space: nowrap; }
.passed { color: var(--passed); } .failed { color: var(--failed); } .open { color: var(--open); } .none { color: var(--none); }
.verdict { font-size: 1.15rem; font-weight: 600; }
.quiet { color: var(--quiet); font-size: .9rem; }
pre { background: var(--code); border-radius: .4rem; padding: .6rem .75rem; margin: .4rem 0; white-space: pre-wrap; font: .875rem/1.45 ui-monospace, monospace; }
code { font: .9em ui-monospace, monospace; }
summary { cursor: pointer; }
a { color: inherit; }
@media (max-width: 40rem) {
  body { padding: 1rem .6rem 3rem; }
  section { padding: .9rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .4rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { display: block; border-top: 1px solid var(--line); padding: .5rem 0; }
  th, td { display: block; border: 0; padding: .1rem 0; }
  td.number { text-align: left; }
  td.number + td.number { padding-left: 0; }
  td[data-label]::before { content: attr(data-label) " "; color: var(--quiet); }
}
@media print { body { max-width: none; } section { break-inside: avoid-page; } }
`;
