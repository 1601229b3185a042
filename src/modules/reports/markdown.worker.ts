import { parentPort } from 'node:worker_threads';
import { renderMarkdown } from './markdown.js';
import type { Rendering, Source } from './rendering.js';

/** One text in, one rendering out. */
parentPort?.on('message', (source: Source) => parentPort?.postMessage(render(source)));

function render(source: Source): Rendering {
  try {
    return renderMarkdown(source);
  } catch {
    // What no renderer can take, such as a nesting that is too deep or a result that is too long for a string.
    return { html: null, excerpt: '' };
  }
}
