import { table, whole } from '../support/table.ts';
import type { Ledger } from './ledger.ts';
import type { Finding } from './verification.ts';

const SHOWN_PROBLEMS = 20;

export function printWritten(ledger: Ledger): void {
  const tasks = [...ledger.tasks.values()];
  const inState = (status: string): number => tasks.filter(({ fields }) => fields.status === status).length;
  const total = (count: (task: (typeof tasks)[number]) => number): number =>
    tasks.reduce((n, task) => n + count(task), 0);
  const rows: [string, number, string][] = [
    [
      'board',
      tasks.length,
      [
        `tasks (${inState('done')} done, ${inState('in_review')} in review, ${inState('in_progress')} in progress)`,
        `${whole(total(({ notes }) => notes.length))} notes`,
        `${whole(total(({ artifacts }) => artifacts.length))} artifacts`,
        `${whole(total(({ fields }) => fields.score))} bumps`,
      ].join(', '),
    ],
    ['claims', ledger.leases.claims, leaseText(ledger)],
    ['feed', ledger.feed.size, `events of ${new Set([...ledger.feed.values()].map(({ type }) => type)).size} types`],
    ['log', ledger.log.size, 'entries'],
    ['journal', ledger.journal.size, 'entries'],
    ['registry', ledger.vms.size, `VMs, ${whole(ledger.heartbeats)} heartbeats`],
  ];
  console.log(`\nWritten by the run ${ledger.run}:`);
  for (const [service, count, what] of rows) console.log(`  ${service.padEnd(9)}${whole(count).padStart(7)} ${what}`);
}

function leaseText({ handedIn, leases: { vanished, slept, lost } }: Ledger): string {
  return `(${handedIn.length} handed in, ${vanished} left lying, ${slept} slept over, ${lost} lost and told so)`;
}

/** Prints what was read back; true when nothing was wrong. */
export function printFindings(findings: Finding[], { inDoubt, complaints }: Ledger): boolean {
  const rows = findings.map(({ what, expected, found, problems }) => [
    what,
    whole(expected),
    whole(found),
    problems.length === 0 ? 'yes' : `${whole(problems.length)} problems`,
  ]);
  console.log(`\n${table(['read back', 'acknowledged', 'found', 'all as written'], rows)}`);
  const unanswered = Object.values(inDoubt).reduce((sum, n) => sum + n, 0);
  if (unanswered > 0) console.log(`\n${whole(unanswered)} writes were never answered and may or may not be there.`);
  const problems = [...complaints, ...findings.flatMap((finding) => finding.problems)];
  if (problems.length === 0) {
    console.log('\nEverything that was acknowledged is there.');
    return true;
  }
  console.log(`\n${whole(problems.length)} problems:`);
  for (const problem of problems.slice(0, SHOWN_PROBLEMS)) console.log(`  ${problem}`);
  if (problems.length > SHOWN_PROBLEMS) console.log(`  and ${whole(problems.length - SHOWN_PROBLEMS)} more`);
  return false;
}
