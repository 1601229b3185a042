const RANGES = [
  { range: '24h', name: '24 hours' },
  { range: '7d', name: '7 days' },
  { range: '30d', name: '30 days' },
  { range: '90d', name: '90 days' },
];

/** Ranges to choose from; one that was typed into the address stands beside them. */
export function rangesFor(current: string | undefined): { range: string; name: string; isCurrent: boolean }[] {
  const known = RANGES.map((choice) => ({ ...choice, isCurrent: choice.range === current }));
  if (current === undefined || known.some(({ isCurrent }) => isCurrent)) return known;
  return [...known, { range: current, name: current, isCurrent: true }];
}
