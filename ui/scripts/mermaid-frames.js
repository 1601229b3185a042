/* global removeEventListener */
// Draws the diagrams of a report, each in a frame of its own that can reach nothing: what runs in there is not trusted.
// Until a diagram is drawn, and where it cannot be, its source is what there is to read.
const DIAGRAMS_MAX = 50;
const HEIGHT_MAX = 10_000;
const DRAW_MAX_MS = 10_000;

/** Resolves when the diagram is drawn or given up, so that they are drawn one after the other. */
function draw(block, url) {
  return new Promise((done) => {
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts');
    frame.title = 'Diagram';
    frame.className = 'mermaid-frame waiting';
    frame.src = url;

    const timer = setTimeout(giveUp, DRAW_MAX_MS);
    frame.addEventListener('load', () => frame.contentWindow?.postMessage(block.textContent, '*'), { once: true });
    addEventListener('message', onMessage);
    block.before(frame);

    function onMessage({ source, data }) {
      if (source !== frame.contentWindow || !Number.isFinite(data?.height)) return;
      if (data.height <= 0) giveUp();
      else show(Math.min(data.height, HEIGHT_MAX));
    }

    function show(height) {
      clearTimeout(timer);
      frame.height = String(height);
      if (frame.classList.replace('waiting', 'drawn')) fold(block);
      done();
    }

    function giveUp() {
      clearTimeout(timer);
      removeEventListener('message', onMessage);
      frame.remove();
      done();
    }
  });
}

/** Puts the source away, but not out of reach. */
function fold(block) {
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  details.className = 'mermaid-source';
  summary.textContent = 'Source of the diagram';
  block.replaceWith(details);
  details.append(summary, block);
}

const { mermaidFrame } = document.querySelector('script[data-mermaid-frame]').dataset;
for (const block of [...document.querySelectorAll('pre.mermaid')].slice(0, DIAGRAMS_MAX)) {
  await draw(block, mermaidFrame);
}
document.documentElement.classList.add('diagrams-drawn');
