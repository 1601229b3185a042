/** Every page of the dashboard: it is looked at by the tests through HTTP, by axe, and by the screenshots. */
export interface ListedPage {
  /** Names the screenshot. */
  name: string;
  path: string;
}

export const UI_PAGES: ListedPage[] = [
  { name: 'dashboard', path: '/ui/' },
  { name: 'tasks', path: '/ui/tasks' },
  { name: 'review', path: '/ui/review' },
  { name: 'feed', path: '/ui/feed' },
  { name: 'fleet', path: '/ui/fleet' },
  { name: 'skills', path: '/ui/skills' },
  { name: 'extensions', path: '/ui/skills?kind=extension' },
  { name: 'skill-agents', path: '/ui/skills/agents' },
  { name: 'reports', path: '/ui/reports' },
];
