/** All tools. */

import type { ExtensionApi } from '../pi-api.js';
import { boardTools } from './board.js';
import { commitTools } from './commits.js';
import { feedTools } from './feed.js';
import { logTools } from './log.js';
import { registryTools } from './registry.js';
import { reportTools } from './reports.js';
import { skillhubTools } from './skillhub.js';
import type { Toolbox } from './tool.js';
import { usageTools } from './usage.js';

export function registerTools(pi: ExtensionApi, toolbox: Toolbox): void {
  const tools = [boardTools, logTools, feedTools, registryTools, skillhubTools, usageTools, reportTools, commitTools];
  for (const make of tools.flat()) pi.registerTool(make(toolbox));
}
