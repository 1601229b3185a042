import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '../../extension/client.js';
import type { Config } from '../../extension/config.js';
import type { Claim } from '../../extension/contract.js';
import { HubSync } from '../../extension/hub/hub-sync.js';
import { Leases } from '../../extension/leases/leases.js';
import type { ExtensionApi, ToolDefinition } from '../../extension/pi-api.js';
import { registerTools } from '../../extension/tools/all.js';

import type { Schema } from './openapi-check.js';

const SAMPLE_TEXT = 'x';

/** The extension's tools by their names, as pi gets them. */
export function piTools(server: { url?: string; token?: string } = {}): Record<string, ToolDefinition> {
  const tools: Record<string, ToolDefinition> = {};
  const nothing = (): [] => [];
  const pi: ExtensionApi = {
    on: nothing,
    registerTool: (tool) => void (tools[tool.name] = tool),
    sendMessage: nothing,
    getCommands: nothing,
    getAllTools: nothing,
    events: { on: () => nothing },
  };
  const config: Config = { ...server, agent: 'builder', role: 'worker', agentDir: join(tmpdir(), 'no-agent') };
  const client = new Client(config);
  const leases = new Leases(config);
  // It holds the task that samples name, with a fence that nobody checks here.
  leases.keep({ task: { id: SAMPLE_TEXT }, lease: { fence: 1 } } as Claim);
  registerTools(pi, { client, config, hub: new HubSync(client, config, pi), leases });
  return tools;
}

interface ParameterSchema extends Schema {
  type?: string;
  minimum?: number;
  anyOf?: Schema[];
  items?: ParameterSchema;
  properties?: Record<string, ParameterSchema>;
}

/** A value with everything in it that a schema knows. */
export function sampleOf({ enum: choices, type, minimum, items, properties }: ParameterSchema): unknown {
  if (choices) return choices[0];
  if (type === 'array') return [sampleOf(items ?? {})];
  if (type === 'integer') return minimum;
  if (type === 'boolean') return false;
  if (type !== 'object') return SAMPLE_TEXT;
  return Object.fromEntries(Object.entries(properties ?? {}).map(([name, schema]) => [name, sampleOf(schema)]));
}
