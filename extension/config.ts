/** Who this agent is and where its server is: the environment, and behind it `~/.vers/agent-services.json`. */

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const CONFIG_FILE = join('.vers', 'agent-services.json');

const NAMES = [
  'VERS_INFRA_URL',
  'VERS_AUTH_TOKEN',
  'VERS_VM_ID',
  'VERS_AGENT_NAME',
  'VERS_AGENT_ROLE',
  'VERS_PARENT_AGENT',
] as const;

export interface Config {
  /** The server's origin, without a slash at its end. */
  url?: string;
  /** Why there is no URL, when there was to be one. */
  problem?: string;
  token?: string;
  vmId?: string;
  agent: string;
  role: string;
  parentAgent?: string;
  /** Pi's folder of settings, skills and extensions. */
  agentDir: string;
}

export function readConfig(env: NodeJS.ProcessEnv = process.env, home = homedir()): Config {
  const file = readFile(join(home, CONFIG_FILE));
  const [url, token, vmId, agent, role, parentAgent] = NAMES.map((name) => env[name]?.trim() || file.values[name]);
  return {
    ...readUrl(url, file.problem),
    token,
    vmId,
    agent: agent ?? `agent-${process.pid}`,
    role: role ?? 'worker',
    parentAgent,
    agentDir: expand(env['PI_CODING_AGENT_DIR'], home) ?? join(home, '.pi', 'agent'),
  };
}

function readFile(path: string): { values: Record<string, string | undefined>; problem?: string } {
  try {
    const content = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown> | null;
    const texts = Object.entries(content ?? {}).map(([name, value]) => [
      name,
      (typeof value === 'string' && value.trim()) || undefined,
    ]);
    return { values: Object.fromEntries(texts) as Record<string, string | undefined> };
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { values: {}, problem: isAbsent ? undefined : `${path} cannot be read: ${String(error)}` };
  }
}

function readUrl(text: string | undefined, fileProblem: string | undefined): Pick<Config, 'url' | 'problem'> {
  if (text === undefined) return { problem: fileProblem };
  if (/^https?:/i.test(text) && URL.canParse(text)) return { url: text.replace(/\/+$/, '') };
  return { problem: `VERS_INFRA_URL is not an http or https URL: ${text}` };
}

function expand(path: string | undefined, home: string): string | undefined {
  return path?.trim().replace(/^~(?=\/|$)/, home) || undefined;
}
