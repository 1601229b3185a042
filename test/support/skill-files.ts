import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const SKILLS_FOLDER = join(import.meta.dirname, '..', '..', 'skills');

/** A skill of this repository, taken apart. */
export interface SkillFile {
  name: string;
  /** The whole file. */
  text: string;
  frontmatter: string;
  /** Its shell blocks, in order. */
  shell: string[];
  /** Its other blocks, such as files, by what they say that they are. */
  blocks: { language: string; text: string }[];
  /** Calls of tools: a name and the JSON of its parameters. */
  toolCalls: { tool: string; parameters: Record<string, unknown> }[];
  /** Routes that the text names: a method where it says one, and a path with its query. */
  routes: { method?: string; path: string }[];
}

export const SKILL_FILES = readdirSync(SKILLS_FOLDER).map(read);

function read(name: string): SkillFile {
  const text = readFileSync(join(SKILLS_FOLDER, name, 'SKILL.md'), 'utf8');
  const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', block = '']) => ({
    language,
    text: block,
  }));
  const prose = text.replaceAll(/^```.*?^```$/gms, '');
  return {
    name,
    text,
    frontmatter: /^---\n(.*?)\n---\n/s.exec(text)?.[1] ?? '',
    shell: blocks.filter(({ language }) => /^(bash|sh)$/.test(language)).map((block) => block.text),
    blocks,
    toolCalls: blocks.filter(({ language }) => language === 'text').flatMap((block) => toolCalls(block.text)),
    routes: [...prose.matchAll(/`(?:(GET|POST|PATCH|DELETE) )?(\/[^`\s]*)`/g)]
      .map(([, method, path = '']) => ({ method, path }))
      .filter(({ path }) => !/^\/(etc|opt|var)\//.test(path)),
  };
}

function toolCalls(text: string): SkillFile['toolCalls'] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [tool = '', json = ''] = line.split(/ (.*)/s);
      return { tool, parameters: JSON.parse(json) as Record<string, unknown> };
    });
}
