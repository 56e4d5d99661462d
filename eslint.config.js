import tseslint from 'typescript-eslint';

/** The folders where an address is a page number: bigint and shifts of page numbers are banned there. */
const numeric = ['emulator/{access,translate,isolate,cache,memory}/*.ts'];

export default tseslint.config(
  {
    ignores: [
      '.ci/**',
      'dist/**',
      'node_modules/**',
      'coverage/**',
      '**/*.mjs',
      'eslint.config.js',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['dsl/**/*.ts', 'emulator/**/*.ts'],
    ignores: ['**/*.test.ts', '**/*.test-support.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['node:*'] }] },
  },
  {
    files: numeric,
    ignores: [
      '**/*.test.ts',
      '**/*.test-support.ts',
      'emulator/**/build*.ts',
      'emulator/access/trap.ts',
    ],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Literal[bigint]',
          message: 'no bigint per memory reference: use a page number and an offset',
        },
        {
          selector: "CallExpression[callee.name='BigInt']",
          message: 'no bigint per memory reference: use a page number and an offset',
        },
      ],
    },
  },
);
