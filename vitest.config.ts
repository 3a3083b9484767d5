import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [
    {
      // The bundles load migrations as text (esbuild's text loader); the tests see the same module shape.
      name: 'sql-as-text',
      enforce: 'pre',
      load(id) {
        return id.endsWith('.sql') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))};` : null;
      },
    },
  ],
  test: {
    include: ['test/{unit,property,contract,e2e,faults}/**/*.test.ts'],
    // CommonJS packages look to the tests as they do to Node.
    deps: { interopDefault: false },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: 'coverage/results.json' }]],
  },
});
