import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** How many folders deep the files of a module may lie in it. */
const MODULE_DEPTH_MAX = 2;

/** Another module is reached only through its service, and what that takes and gives; the module file is needed to import it. */
const MODULE_BORDERS = Array.from({ length: MODULE_DEPTH_MAX + 1 }, (_, depth) => {
  const otherModulesInside = String.raw`^(\.\./){${depth + 1}}(?!\.\./)[^/]+/(?!.*\.(service|module|entity|dto)\.js$)`;
  const patterns = [{ regex: otherModulesInside, message: 'Another module is reached only through its service.' }];
  return {
    files: [`src/modules/*/${'*/'.repeat(depth)}*.ts`],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  };
});

/** Pi has no packages for an extension, and looks for a file under other names first, which takes half of its start. */
const NOT_FOR_PI = String.raw`^(?!node:|\.{1,2}/.*\.ts$)`;
const PI_IMPORTS = 'The extension imports `node:…` and files by their name, `./file.ts`.';

/** What browser scripts find in the window. */
const BROWSER_GLOBALS = [
  ...['addEventListener', 'document', 'history', 'location', 'localStorage', 'navigator', 'sessionStorage'],
  ...['CSS', 'CustomEvent', 'DOMParser', 'Event', 'EventSource', 'FormData', 'Node', 'URL', 'URLSearchParams'],
  ...[
    'clearTimeout',
    'fetch',
    'innerHeight',
    'innerWidth',
    'matchMedia',
    'requestAnimationFrame',
    'setInterval',
    'setTimeout',
  ],
];

export default tseslint.config(
  { ignores: ['dist', 'data', 'node_modules'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', 'jest.config.js', 'test/pi/fixtures/*.js'] },
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      // Entities and DTOs are classes only so that OpenAPI and the validation can read them; objects of their shape will do.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/prefer-nullish-coalescing': [
        'error',
        { ignorePrimitives: { string: true, number: true, boolean: true } },
      ],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
    },
  },
  {
    files: ['src/common/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '/modules/', message: 'src/common knows no module.' }] },
      ],
    },
  },
  {
    files: ['src/modules/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Closed sets are `as const` lists.' },
      ],
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Use the Config.' }],
    },
  },
  ...MODULE_BORDERS,
  {
    files: [`src/modules/*/${'*/'.repeat(MODULE_DEPTH_MAX + 1)}**/*.ts`],
    rules: {
      'no-restricted-syntax': ['error', { selector: 'Program', message: 'Too deep for its imports to be checked.' }],
    },
  },
  {
    files: ['extension/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex: NOT_FOR_PI, message: PI_IMPORTS }] }],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // supertest's bodies are `any`; the assertions say what they must be.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/explicit-function-return-type': 'off',
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['ui/scripts/*.js'],
    languageOptions: { globals: Object.fromEntries(BROWSER_GLOBALS.map((name) => [name, 'readonly'])) },
    rules: { '@typescript-eslint/explicit-function-return-type': 'off' },
  },
);
