/** What a tool of this extension is, and how it becomes one of pi's. */

import type { Client } from '../client.ts';
import { messageOf } from '../service-error.ts';
import type { Config } from '../config.ts';
import type { HubSync } from '../hub/hub-sync.ts';
import type { Leases } from '../leases/leases.ts';
import type { ToolDefinition } from '../pi-api.ts';
import { type Fields, flag, type Input, objectSchema, optional } from '../schema.ts';
import { cut } from './wording.ts';

/** Text is made for a model's context; who asks for JSON means to have it whole, within reason. */
const TEXT_MAX_CHARACTERS = 12_000;
const JSON_MAX_CHARACTERS = 40_000;

export interface Toolbox {
  client: Client;
  config: Config;
  hub: HubSync;
  leases: Leases;
}

/** What a tool has to say, and the server's answer it is made of. */
export interface Answer {
  text: string;
  body: unknown;
}

export interface Tool<F extends Fields> {
  name: string;
  /** One sentence, for the model's list of tools. */
  does: string;
  /** One sentence that says when to use it, for the model's guidelines. */
  when: string;
  takes: F;
  run: (input: Input<F>, toolbox: Toolbox, signal: AbortSignal | undefined) => Promise<Answer>;
}

const json = optional(flag("`true` to get the server's JSON instead of text"));

/** Makes a tool of pi out of one of ours. */
export const tool =
  <F extends Fields>({ name, does, when, takes, run }: Tool<F>) =>
  (toolbox: Toolbox): ToolDefinition => ({
    name,
    label: name.replaceAll('_', ' '),
    description: `${does} ${when}`,
    promptSnippet: does,
    promptGuidelines: [when],
    parameters: objectSchema({ ...takes, json }),
    async execute(_id, input, signal) {
      const { json: asJson, ...given } = input as Input<F> & { json?: boolean };
      const { text, body } = await run(given as unknown as Input<F>, toolbox, signal).catch(explain);
      const shown = asJson
        ? cut(JSON.stringify(body, withoutFence), JSON_MAX_CHARACTERS)
        : cut(text, TEXT_MAX_CHARACTERS);
      return { content: [{ type: 'text', text: shown }], details: body };
    },
  });

/** A fence is for the extension only. */
function withoutFence(key: string, value: unknown): unknown {
  return key === 'lease' && typeof value === 'object' ? { ...value, fence: undefined } : value;
}

function explain(error: unknown): never {
  throw new Error(messageOf(error), { cause: error });
}
