/**
 * Loads an extension of the SkillHub. Pi ends before its first prompt when an extension fails to load, or has a tool of
 * the name of another's, so a bad one would end the pi of every agent; here it is only reported. This file is copied to
 * where those extensions are: it stands alone.
 */

interface Pi {
  on(event: 'session_start', handler: (event: object, ctx: Context) => void): void;
  registerTool(tool: Tool): void;
  getAllTools(): Tool[];
}

interface Tool {
  name: string;
}

interface Context {
  hasUI: boolean;
  ui: { notify(message: string, type: 'error'): void };
}

type Load = () => Promise<{ default?: unknown }>;

/** An extension that is the hub's one as far as that can be loaded, and says so where it cannot. */
export function guarded(name: string, load: Load): (pi: Pi) => Promise<void> {
  return async (pi) => {
    const problems: string[] = [];
    const tools = new Tools(pi);
    pi.on('session_start', (_event, { hasUI, ui }) => {
      problems.push(...tools.release());
      for (const problem of problems.splice(0)) {
        const message = `SkillHub: the extension ${name} ${problem}`;
        if (hasUI) ui.notify(message, 'error');
        else console.error(message);
      }
    });
    try {
      const { default: extension } = await load();
      if (typeof extension !== 'function') throw new Error('it exports no function');
      await (extension as (pi: object) => unknown)({ ...pi, registerTool: (tool: Tool) => tools.register(tool) });
    } catch (error) {
      problems.push(`could not be loaded: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
}

/** Holds tools back until the session starts: only then can be known which names others have taken. */
class Tools {
  private waiting: Tool[] | undefined = [];

  constructor(private readonly pi: Pi) {}

  register(tool: Tool): void {
    if (this.waiting) this.waiting.push(tool);
    else this.pi.registerTool(tool);
  }

  /** Registers those that waited; gives what is wrong with those that cannot be. */
  release(): string[] {
    const { waiting = [] } = this;
    this.waiting = undefined;
    const taken = new Set(this.pi.getAllTools().map(({ name }) => name));
    for (const tool of waiting) if (!taken.has(tool.name)) this.pi.registerTool(tool);
    return waiting
      .filter(({ name }) => taken.has(name))
      .map(({ name }) => `has a tool of a name that is taken: ${name}`);
  }
}
