import type { Agent } from './agent.ts';
import { Lieutenant } from './lieutenant.ts';
import { Orchestrator } from './orchestrator.ts';
import { Scribe } from './scribe.ts';
import { Worker } from './worker.ts';
import type { World } from './world.ts';

const LIEUTENANT_EVERY = 7;
const SCRIBE_EVERY = 16;
const ORCHESTRATOR = 'orchestrator';

/** Who takes part: one orchestrator first, so that there is something to do for the workers whatever their number. */
export function cast(world: World): Agent[] {
  const agents: Agent[] = [new Orchestrator(world, { name: ORCHESTRATOR, role: 'infra', registeredBy: 'operator' })];
  let lieutenant = ORCHESTRATOR;
  for (let i = 1; i < world.agents; i += 1) {
    if (i % LIEUTENANT_EVERY === 1) {
      lieutenant = numbered('lieutenant', i);
      agents.push(new Lieutenant(world, { name: lieutenant, role: 'lieutenant', registeredBy: ORCHESTRATOR }));
    } else if (i % SCRIBE_EVERY === 0) {
      agents.push(new Scribe(world, { name: numbered('scribe', i), role: 'custom', registeredBy: ORCHESTRATOR }));
    } else {
      agents.push(new Worker(world, { name: numbered('builder', i), role: 'worker', registeredBy: lieutenant }));
    }
  }
  return agents;
}

function numbered(name: string, i: number): string {
  return `${name}-${String(i).padStart(2, '0')}`;
}
