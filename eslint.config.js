import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { secretBranches } from './scripts/eslint/secret-branches.js';
import { leaves, rooms } from './scripts/rooms.js';

const pure = [
  ...leaves.map((file) => `src/${file}`),
  ...Object.keys(rooms)
    .filter((name) => rooms[name].pure)
    .map((name) => `src/${name}/**/*.ts`),
];
const testOnly = ['**/*.test.ts', '**/*.test.tsx', '**/testing/**', '**/vectors/**'];

const because = (message, names) => names.map((name) => ({ name, message }));
const impureGlobals = [
  ...because('A pure room reads no clock: pass the time in.', ['Date', 'performance']),
  ...because('A pure room has no hidden randomness: pass it in.', ['crypto']),
  ...because('A pure room has no timers.', [
    'setTimeout',
    'setInterval',
    'setImmediate',
    'queueMicrotask',
    'requestAnimationFrame',
  ]),
  ...because('A pure room does no I/O.', ['console', 'fetch', 'XMLHttpRequest', 'WebSocket']),
  ...because('A pure room stores nothing.', ['localStorage', 'sessionStorage', 'indexedDB']),
  ...because('A pure room runs the same everywhere.', [
    'document',
    'globalThis',
    'navigator',
    'process',
    'self',
    'window',
    'Buffer',
    'Intl',
  ]),
  ...because('Not in the language itself: use @noble/hashes/utils.js.', [
    'TextEncoder',
    'TextDecoder',
  ]),
];

const unsealed = because('What is kept must go through keystore, sealed.', [
  'localStorage',
  'sessionStorage',
]);
const unsealedOfWindow = unsealed.flatMap(({ name, message }) =>
  ['window', 'globalThis', 'self'].map((object) => ({ object, property: name, message })),
);

// A later block replaces the options of a rule, so what is forbidden everywhere has a name.
const fullPaths = {
  regex: '^\\.{1,2}(?:/(?!.*\\.(?:[cm]?[jt]s|tsx|json|css|svg)(?:\\?\\w+)?$)|$)',
  message: "Write the file's extension, as in './tags.ts'.",
};
const hiddenRandomness = {
  regex: '^@(?:noble|scure)/',
  importNamePattern: '^(?:random|managedNonce|nonceBytes)',
  message: 'A pure room has no hidden randomness: pass it in.',
};
const hiddenRandomMethods = {
  selector: 'MemberExpression[property.name=/^(?:random(?:SecretKey|PrivateKey|Bytes)|keygen)$/]',
  message: 'A pure room has no hidden randomness: pass it in.',
};
const asyncRound = {
  selector: ':matches(:function[async=true], AwaitExpression, ForOfStatement[await=true])',
  message: 'A round is synchronous: a wait in the middle leaves secrets in memory.',
};
const knownDiscreteLog = {
  selector:
    'CallExpression:matches([callee.property.name=/^multiply/], [callee.name=/^multiply/]) > ' +
    'CallExpression:matches([callee.name=/^(?:HS|hashToScalar)/], [callee.property.name=/^(?:HS|hashToScalar)/])',
  message: 'A hashed scalar times a point has a known discrete logarithm: hash to the curve.',
};

export default defineConfig(
  globalIgnores([
    'dist/',
    'dist-relay/',
    'reports/',
    'coverage/',
    'test-results/',
    'playwright-report/',
    '.stryker-tmp/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  {
    files: ['**/*.{js,mjs}'],
    extends: [js.configs.recommended],
    languageOptions: {
      globals: { console: 'readonly', performance: 'readonly', process: 'readonly' },
    },
  },

  {
    files: ['**/*.{ts,tsx}'],
    extends: [
      js.configs.recommended,
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
    ],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/promise-function-async': 'error',
      '@typescript-eslint/require-await': 'off',
      // `if (verify())` must be about a boolean, never about a promise, a number or a string.
      '@typescript-eslint/strict-boolean-expressions': [
        'error',
        { allowString: false, allowNumber: false },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_$' },
      ],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-ignore': true, 'ts-nocheck': true }],
      'no-restricted-imports': ['error', { patterns: [fullPaths] }],
      eqeqeq: 'error',
    },
  },

  {
    // Only the relay, which runs on somebody's terminal, may print; nothing goes to localStorage.
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/relay/**', ...testOnly],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': ['error', ...unsealed],
      'no-restricted-properties': ['error', ...unsealedOfWindow],
    },
  },

  {
    files: ['src/ui/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat['recommended-latest']],
  },

  {
    // Playwright reads the parameters of fixtures, and wants an empty pattern where there are none.
    files: ['e2e/**/*.ts'],
    rules: { 'no-empty-pattern': 'off' },
  },

  {
    files: pure,
    ignores: testOnly,
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'A pure room has no hidden randomness.' },
        { property: 'localeCompare', message: 'Two devices must not disagree: compare bytes.' },
        { property: 'toLocaleString', message: 'Two devices must not disagree.' },
      ],
      'no-restricted-imports': ['error', { patterns: [fullPaths, hiddenRandomness] }],
      'no-restricted-syntax': ['error', hiddenRandomMethods],
    },
  },

  {
    files: ['src/threshold/**/*.ts'],
    ignores: testOnly,
    plugins: { countersign: { rules: { 'secret-branches': secretBranches } } },
    rules: {
      'countersign/secret-branches': 'error',
      // Takes a branded number, such as SecretBit, for something that is not a number.
      '@typescript-eslint/no-unsafe-unary-minus': 'off',
      'no-restricted-syntax': ['error', hiddenRandomMethods, asyncRound],
    },
  },
  {
    files: ['src/threshold/ot/**/*.ts'],
    ignores: testOnly,
    rules: {
      'no-restricted-syntax': ['error', hiddenRandomMethods, asyncRound, knownDiscreteLog],
    },
  },
  {
    // The driver waits for carriers, stores and signers; it holds no secret of a round.
    files: ['src/threshold/session/driver.ts'],
    rules: { 'no-restricted-syntax': ['error', hiddenRandomMethods] },
  },
);
