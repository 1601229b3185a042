import { describe, expect, it } from '@jest/globals';
import type { AgentUse } from '../../../usage/usage-overview.entity.js';
import { type AgentNode, agentTree } from './agent-tree.js';

const use = (agent: string, parent: string | null, cost: number): AgentUse => ({
  agent,
  parent,
  cost,
  tokens: 0,
  sessions: 1,
});

/** `name=cost of all`, and in brackets what is below. */
function drawn(nodes: AgentNode[]): string {
  return nodes
    .map(({ agent, all, children, hidden }) => {
      const below = [...(children.length > 0 ? [drawn(children)] : []), ...(hidden > 0 ? [`+${hidden}`] : [])];
      return `${agent}=${all.cost}${below.length > 0 ? `(${below.join(' ')})` : ''}`;
    })
    .join(' ');
}

const tree = (uses: AgentUse[], limit = 100): string => drawn(agentTree(uses, 'cost', limit).roots);

describe('agentTree', () => {
  it('adds up what is below, the largest first', () => {
    expect(tree([use('c', 'b', 4), use('b', 'a', 2), use('a', null, 1), use('d', 'a', 3)])).toBe('a=10(b=6(c=4) d=3)');
  });

  it('has a place for a parent that used nothing itself', () => {
    expect(tree([use('a', 'unseen', 1)])).toBe('unseen=1(a=1)');
  });

  it('counts everyone once when agents claim to have started each other, or themselves', () => {
    const uses = [use('a', 'b', 1), use('b', 'c', 2), use('c', 'a', 4), use('tail', 'b', 8), use('self', 'self', 16)];
    expect(tree(uses)).toBe('self=16 a=15(c=14(b=10(tail=8)))');
  });

  it('keeps the largest with all above them, and says how many are left out', () => {
    const uses = [use('a', null, 0), use('b', 'a', 0), use('c', 'b', 9), use('d', 'b', 1), use('e', null, 1)];
    const { roots, hidden, largest } = agentTree(uses, 'cost', 3);
    expect([drawn(roots), hidden, largest]).toEqual(['a=10(b=10(c=9 +1))', 1, 9]);
  });

  it('takes chains of any length', () => {
    const uses = Array.from({ length: 5000 }, (_, i) => use(`a${i}`, i === 0 ? null : `a${i - 1}`, 1));
    expect(agentTree(uses, 'cost', 1).roots[0]?.all).toEqual({ cost: 5000, tokens: 0, sessions: 5000 });
  });
});
