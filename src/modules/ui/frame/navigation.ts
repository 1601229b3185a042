/** The pages that every page leads to; `key` goes there after a `g`. */
export const NAVIGATION = [
  { path: '/ui/', name: 'Dashboard', key: 'd' },
  { path: '/ui/tasks', name: 'Tasks', key: 't' },
  { path: '/ui/claims', name: 'Claims', key: 'h' },
  { path: '/ui/review', name: 'Review', key: 'v' },
  { path: '/ui/feed', name: 'Feed', key: 'e' },
  { path: '/ui/log', name: 'Log', key: 'l' },
  { path: '/ui/journal', name: 'Journal', key: 'j' },
  { path: '/ui/skills', name: 'Skills', key: 's' },
  { path: '/ui/reports', name: 'Reports', key: 'r', covers: '/ui/report' },
  { path: '/ui/commits', name: 'Commits', key: 'c' },
  { path: '/ui/usage', name: 'Usage', key: 'u' },
  { path: '/ui/fleet', name: 'Fleet', key: 'f' },
  { path: '/ui/keys', name: 'Keys', key: 'k' },
] as const;
