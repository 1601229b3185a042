import { count, pick } from './random.ts';
import { COMPONENTS, type Component } from './vocabulary.ts';

const NAMES = Object.keys(COMPONENTS) as Component[];

/** What a conversation is about, so that everything said about one task fits together. */
export interface Topic {
  component: Component;
  file: string;
  part: string;
}

/** About one of these tags if it is a component, else about anything. */
export function topicOf(tags: readonly string[] = []): Topic {
  const component = NAMES.find((name) => tags.includes(name)) ?? pick(NAMES);
  const { files, parts } = COMPONENTS[component];
  return { component, file: pick<string>(files), part: pick<string>(parts) };
}

/** One of the texts, filled in for the topic. */
export function say(texts: readonly string[], { component, file, part }: Topic): string {
  const text = pick(texts)
    .replaceAll('{component}', component)
    .replaceAll('{file}', file)
    .replaceAll('{part}', part)
    .replaceAll('{n}', String(count(3, 60)));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A name for a branch, as someone in a hurry would choose it. */
export function branchOf({ component, part }: Topic): string {
  return `${component}/${part.replace(/^the /, '').replaceAll(/\W+/g, '-')}-${count(10, 99)}`;
}
