import type { OpenApiCheck, Schema } from './openapi-check.js';

/** The call of the API behind a tool, and where the tool's parameters differ from the fields of that call. */
interface PiTool {
  call: string;
  renamed?: Record<string, string>;
  without?: string[];
  also?: string[];
}

export const PI_TOOLS: Record<string, PiTool> = {
  board_create_task: { call: 'POST /board/tasks' },
  board_list_tasks: { call: 'GET /board/tasks' },
  board_update_task: { call: 'PATCH /board/tasks/{id}' },
  board_add_note: { call: 'POST /board/tasks/{id}/notes', renamed: { id: 'taskId' } },
  board_submit_for_review: { call: 'POST /board/tasks/{id}/review', renamed: { id: 'taskId' } },
  board_add_artifact: { call: 'POST /board/tasks/{id}/artifacts', renamed: { id: 'taskId' } },
  board_bump: { call: 'POST /board/tasks/{id}/bump', renamed: { id: 'taskId' } },
  log_append: { call: 'POST /log' },
  log_query: { call: 'GET /log', also: ['raw'] },
  journal_entry: { call: 'POST /journal', without: ['author'] },
  feed_publish: { call: 'POST /feed/events' },
  feed_list: { call: 'GET /feed/events' },
  feed_stats: { call: 'GET /feed/stats' },
  registry_list: { call: 'GET /registry/vms' },
  registry_register: { call: 'POST /registry/vms' },
  registry_discover: { call: 'GET /registry/discover/{role}' },
  registry_heartbeat: { call: 'POST /registry/vms/{id}/heartbeat' },
  skillhub_sync: { call: 'GET /skills/manifest' },
  usage_summary: { call: 'GET /usage' },
  usage_sessions: { call: 'GET /usage/sessions' },
  usage_vms: { call: 'GET /usage/vms' },
  report_create: { call: 'POST /reports' },
  report_share: { call: 'POST /reports/{id}/share' },
  commit_record: { call: 'POST /commits' },
  commit_list: { call: 'GET /commits' },
};

/** What a tool takes, as the schema of an object. */
export function parametersOf(tool: string, api: OpenApiCheck): Schema {
  const { call = '', renamed = {}, without = [], also = [] } = PI_TOOLS[tool] ?? {};
  const [method = '', path = ''] = call.split(' ');
  const fields = Object.entries(api.fields(method, path))
    .filter(([name]) => !without.includes(name))
    .map(([name, schema]) => [renamed[name] ?? name, schema] as const);
  return { properties: Object.fromEntries([...fields, ...also.map((name) => [name, {}] as const)]) };
}
