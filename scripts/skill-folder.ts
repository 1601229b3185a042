import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A skill as it lies on the disk. */
export interface LocalSkill {
  name: string;
  description: string;
  /** The whole `SKILL.md`. */
  content: string;
  /** SHA-256 of the content, in hexadecimal. */
  sha256: string;
}

/**
 * The skills of a folder, by name: each folder in it that has a `SKILL.md`.
 * @throws Error when there is none, or one whose frontmatter does not name and describe it
 */
export function readSkills(folder: string): LocalSkill[] {
  const names = readdirSync(folder).sort();
  const files = names.map((name) => ({ name, file: join(folder, name, 'SKILL.md') }));
  const skills = files.filter(({ file }) => existsSync(file)).map(({ name, file }) => readSkill(name, file));
  if (skills.length === 0) throw new Error(`there are no skills in ${folder}`);
  return skills;
}

function readSkill(name: string, file: string): LocalSkill {
  const content = readFileSync(file, 'utf8');
  const frontmatter = /^---\r?\n(.*?)\r?\n---\r?\n/s.exec(content)?.[1] ?? '';
  if (field(frontmatter, 'name') !== name) throw new Error(`${file}: its name must be that of its folder`);
  const description = field(frontmatter, 'description');
  if (!description) throw new Error(`${file}: its description must be text in one line`);
  return { name, description, content, sha256: createHash('sha256').update(content).digest('hex') };
}

/** A field that is plain text in one line; the rest of YAML is not understood, and so not taken for text. */
function field(frontmatter: string, name: string): string | undefined {
  const value = new RegExp(`^${name}:[ \\t]+(.*?)[ \\t]*$`, 'm').exec(frontmatter)?.[1];
  return value !== undefined && /^["'|>[{&*!%@`#?-]|: | #/.test(value) ? undefined : value;
}
