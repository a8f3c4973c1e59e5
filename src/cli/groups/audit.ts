import type { Command } from 'commander';
import { keyVerbs } from '../auditing/keys.ts';
import { proofVerbs } from '../auditing/proofs.ts';
import { reportVerb } from '../auditing/report.ts';
import { sealVerbs } from '../auditing/seal.ts';
import { verifyVerbs } from '../auditing/verify.ts';
import { giveExamples } from '../examples.ts';

const EXAMPLES = {
  'key create': ['scoria audit key create /etc/scoria/audit.key'],
  'key show': ['scoria audit key show', 'scoria audit key show > scoria.vkey'],
  'key rotate': ["scoria audit key rotate /etc/scoria/audit-2.key --reason 'yearly rotation'"],
  seal: ["scoria audit seal --reason 'end of the day'"],
  accept: ["scoria audit accept --reason 'restored from the backup of Tuesday, ticket 4711'"],
  export: ['scoria audit export record.ndjson'],
  verify: ['scoria audit verify', 'scoria audit verify record.ndjson --notes /mnt/notes --key scoria.vkey'],
  prove: ['scoria audit prove 42 creation.tlog-proof'],
  consistency: ['scoria audit consistency monday.note tuesday.note growth.proof'],
  check: ['scoria audit check creation.tlog-proof --key scoria.vkey'],
  report: [
    "scoria audit report --from '2026-11-01' --to '2026-12-01' --csv",
    'scoria audit report --volume data --actor ada',
  ],
};

export const verbs = (group: Command): void => {
  keyVerbs(group);
  sealVerbs(group);
  verifyVerbs(group);
  proofVerbs(group);
  reportVerb(group);
  giveExamples(group, EXAMPLES);
};
