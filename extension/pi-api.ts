/**
 * The parts of pi's extension API that this extension uses. They are the same in every supported pi, whose packages have
 * two different names; that is why nothing is imported from them.
 */

export interface ExtensionApi {
  on<Name extends keyof EventMap>(event: Name, handler: (event: EventMap[Name], ctx: Context) => unknown): void;
  registerTool(tool: ToolDefinition): void;
  /** Told to the model before its next answer, or with the next prompt when it is idle. */
  sendMessage(
    message: { customType: string; content: string; display: boolean },
    options: { deliverAs: 'steer' },
  ): void;
  getCommands(): Provided[];
  getAllTools(): Provided[];
  events: { on(channel: string, handler: (data: unknown) => void): () => void };
}

interface EventMap {
  session_start: object;
  session_shutdown: { reason?: 'quit' | 'reload' | 'new' | 'resume' | 'fork' };
  resources_discover: object;
  agent_start: object;
  turn_start: object;
  turn_end: { message: AgentMessage };
  agent_end: object;
  tool_result: ToolResultEvent;
  tool_execution_end: { toolName: string };
}

/** Once its session is replaced, every use of it throws. */
export interface Context {
  hasUI: boolean;
  ui: {
    setStatus(key: string, text: string | undefined): void;
    setWidget(key: string, lines: string[] | undefined): void;
    notify(message: string, type: 'info' | 'warning' | 'error'): void;
  };
  sessionManager: { getSessionId(): string };
  model?: { id: string };
}

/** `usage` is there when the assistant speaks; `input` does not include what was read from the cache. */
export interface AgentMessage {
  role: string;
  content?: string | { type: string; text?: string; name?: string }[];
  model?: string;
  usage?: {
    input: number;
    output: number;
    cacheRead: number;
    cacheWrite: number;
    totalTokens: number;
    cost?: { input: number; output: number; cacheRead: number; cacheWrite: number; total: number };
  };
}

export interface ToolResultEvent {
  toolName: string;
  input: Record<string, unknown>;
  content: { type: string; text?: string }[];
  isError: boolean;
}

/** A command, a skill (its name begins with `skill:`) or a tool, and where pi has it from. */
export interface Provided {
  name: string;
  sourceInfo?: { path: string; origin: 'package' | 'top-level'; baseDir?: string };
}

export interface ToolDefinition {
  name: string;
  label: string;
  description: string;
  promptSnippet: string;
  promptGuidelines: string[];
  parameters: object;
  /** Throws what the model is to be told as a failure. */
  execute(id: string, params: unknown, signal: AbortSignal | undefined): Promise<ToolResult>;
}

export interface ToolResult {
  content: { type: 'text'; text: string }[];
  details: unknown;
}
