import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/** Who may write there may change the program itself. */
const CACHE = join(import.meta.dirname, '..', 'node_modules', '.cache', 'vers-agent-services');

// Before the rest of the program is read: half of a start is to compile it. `NODE_COMPILE_CACHE` names another folder.
enableCompileCache(process.env['NODE_COMPILE_CACHE'] ?? CACHE);
await import('./server.js');
