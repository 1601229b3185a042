/** All tools. */

import type { ExtensionApi } from '../pi-api.ts';
import { boardTools } from './board.ts';
import { claimTools } from './claims.ts';
import { commitTools } from './commits.ts';
import { feedTools } from './feed.ts';
import { logTools } from './log.ts';
import { registryTools } from './registry.ts';
import { reportTools } from './reports.ts';
import { skillhubTools } from './skillhub.ts';
import type { Toolbox } from './tool.ts';
import { usageTools } from './usage.ts';

export function registerTools(pi: ExtensionApi, toolbox: Toolbox): void {
  const tools = [
    claimTools,
    boardTools,
    logTools,
    feedTools,
    registryTools,
    skillhubTools,
    usageTools,
    reportTools,
    commitTools,
  ];
  for (const make of tools.flat()) pi.registerTool(make(toolbox));
}
