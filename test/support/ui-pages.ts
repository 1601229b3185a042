/** A page of the dashboard that the tests through HTTP, axe and the screenshots look at. */
export interface ListedPage {
  /** Names the screenshot. */
  name: string;
  path: string;
  /** For the page of one thing: the links on `path` of which the first leads there. */
  follow?: string;
  /** What is clicked before the page is looked at. */
  click?: string;
}

export const UI_PAGES: ListedPage[] = [
  { name: 'dashboard', path: '/ui/' },
  { name: 'task-in-place', path: '/ui/', click: '.card-title' },
  { name: 'tasks', path: '/ui/tasks' },
  { name: 'task', path: '/ui/review', follow: '[data-row-link]' },
  { name: 'task-waiting', path: '/ui/tasks?tag=launch', follow: '[data-row-link]' },
  { name: 'claims', path: '/ui/claims' },
  { name: 'dead-letters', path: '/ui/claims?show=dead' },
  { name: 'review', path: '/ui/review' },
  { name: 'feed', path: '/ui/feed' },
  { name: 'event', path: '/ui/feed', follow: '[data-row-link]' },
  { name: 'log', path: '/ui/log' },
  { name: 'journal', path: '/ui/journal' },
  { name: 'commits', path: '/ui/commits' },
  { name: 'commit', path: '/ui/commits', follow: '[data-row-link]' },
  { name: 'usage', path: '/ui/usage' },
  { name: 'usage-sessions', path: '/ui/usage/sessions' },
  { name: 'usage-vms', path: '/ui/usage/vms' },
  { name: 'fleet', path: '/ui/fleet' },
  { name: 'keys', path: '/ui/keys' },
  { name: 'skills', path: '/ui/skills' },
  { name: 'extensions', path: '/ui/skills?kind=extension' },
  { name: 'skill', path: '/ui/skills', follow: '[data-row-link]' },
  { name: 'skill-agents', path: '/ui/skills/agents' },
  { name: 'skill-agent', path: '/ui/skills/agents', follow: '[data-row-link]' },
  { name: 'reports', path: '/ui/reports' },
  { name: 'report', path: '/ui/reports', follow: '[data-row-link]' },
];
