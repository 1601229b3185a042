import { parentPort } from 'node:worker_threads';
import { renderMarkdown } from './markdown.js';

/** One text in, one rendering out. */
parentPort?.on('message', (text: string) => parentPort?.postMessage(render(text)));

function render(text: string): ReturnType<typeof renderMarkdown> {
  try {
    return renderMarkdown(text);
  } catch {
    // What no renderer can take, such as a nesting that is too deep or a result that is too long for a string.
    return { html: null, excerpt: '' };
  }
}
