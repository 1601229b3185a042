/* global mermaid, parent */
// Runs inside the sandboxed frame: draws the diagram that the page around it sends, and tells how high it is.
const dark = matchMedia('(prefers-color-scheme: dark)');
let source;

async function draw() {
  if (source === undefined) return;
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: dark.matches ? 'dark' : 'default' });
  try {
    const { svg } = await mermaid.render('diagram', source);
    document.body.innerHTML = svg;
    tell();
  } catch {
    // What Mermaid leaves behind is its own picture of an error.
    document.body.replaceChildren();
    parent.postMessage({ height: 0 }, '*');
  }
}

function tell() {
  const { height } = document.body.getBoundingClientRect();
  if (height > 0) parent.postMessage({ height: Math.ceil(height) }, '*');
}

addEventListener('message', (event) => {
  if (event.source !== parent || typeof event.data !== 'string') return;
  source = event.data;
  void draw();
});
addEventListener('resize', tell);
dark.addEventListener('change', () => void draw());
