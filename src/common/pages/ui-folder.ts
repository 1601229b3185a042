import { fileURLToPath } from 'node:url';

/** Absolute path of the folder with templates, styles and browser scripts. */
export const UI_FOLDER = fileURLToPath(new URL('../../../ui/', import.meta.url));
