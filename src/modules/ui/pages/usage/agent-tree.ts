import type { AgentUse, Measure } from '../../../usage/usage-overview.entity.js';

/** An agent, with what it used itself and what it and all below it used. */
export interface AgentNode {
  agent: string;
  own: Use;
  all: Use;
  /** The largest first. */
  children: AgentNode[];
  /** Agents directly below that are not among the children. */
  hidden: number;
}

export interface AgentTree {
  /** The largest first. */
  roots: AgentNode[];
  /** Agents without a parent that are not among the roots. */
  hidden: number;
  /** What the agent used that used most itself. */
  largest: number;
}

interface Use {
  cost: number;
  tokens: number;
  sessions: number;
}

interface Draft extends AgentNode {
  parent?: Draft;
  below: Draft[];
}

/** Agents below their parents, as far as they are among the `limit` largest by all that they and those below them used. */
export function agentTree(uses: AgentUse[], measure: Measure, limit: number): AgentTree {
  const drafts = placed(uses);
  const order = parentsFirst(drafts);
  for (const draft of order.toReversed()) if (draft.parent) add(draft.parent.all, draft.all);
  // The sort is stable, so a parent, which is never smaller than its children, is taken before them.
  const largest = order.sort((a, b) => b.all[measure] - a.all[measure]);
  const shown = new Set(largest.slice(0, limit));
  for (const draft of largest) {
    if (shown.has(draft)) draft.parent?.children.push(draft);
    else if (draft.parent) draft.parent.hidden += 1;
  }
  const roots = [...shown].filter(({ parent }) => !parent);
  return {
    roots,
    hidden: largest.filter((draft) => !draft.parent && !shown.has(draft)).length,
    largest: uses.reduce((most, use) => Math.max(most, use[measure]), 0),
  };
}

/** Everyone below its parent; who is only named as a parent used nothing itself. */
function placed(uses: AgentUse[]): Draft[] {
  const byName = new Map(
    uses.map(({ agent, cost, tokens, sessions }) => [agent, draftOf(agent, { cost, tokens, sessions })]),
  );
  for (const { agent, parent } of uses) {
    if (parent === null || parent === agent) continue;
    if (!byName.has(parent)) byName.set(parent, draftOf(parent, { cost: 0, tokens: 0, sessions: 0 }));
    const draft = byName.get(agent);
    if (draft) draft.parent = byName.get(parent);
  }
  cutCircles([...byName.values()]);
  for (const draft of byName.values()) draft.parent?.below.push(draft);
  return [...byName.values()];
}

/** Agents can claim to have started each other; the first that comes back to itself then stands alone. */
function cutCircles(drafts: Draft[]): void {
  const isChecked = new Set<Draft>();
  for (const draft of drafts) {
    const path = new Set<Draft>();
    let at: Draft | undefined = draft;
    for (; at && !isChecked.has(at) && !path.has(at); at = at.parent) path.add(at);
    if (at && path.has(at)) at.parent = undefined;
    for (const seen of path) isChecked.add(seen);
  }
}

function parentsFirst(drafts: Draft[]): Draft[] {
  const order = drafts.filter(({ parent }) => !parent);
  for (const draft of order) order.push(...draft.below);
  return order;
}

function draftOf(agent: string, own: Use): Draft {
  return { agent, own, all: { ...own }, children: [], hidden: 0, below: [] };
}

function add(sum: Use, use: Use): void {
  sum.cost += use.cost;
  sum.tokens += use.tokens;
  sum.sessions += use.sessions;
}
