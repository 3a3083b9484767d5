import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

describe('shared/record-task', () => {
  it('is a bundle that a browser can run: nothing of Node in it', async () => {
    const { outputFiles, metafile } = await build({
      stdin: {
        contents: `export * from './start-record-task.ts'; export * from './update-record-task.ts';
          export * from './stop-record-task.ts'; export * from './rpc-names.ts'; export * from './review.ts';
          export * from './rules.ts'; export * from './explain.ts'; export * from './layout-preview.ts';
          export * from './layout-geometry.ts'; export * from './layout-picture.ts';`,
        resolveDir: new URL('../../shared/record-task/', import.meta.url).pathname,
        loader: 'ts',
      },
      // With this platform, esbuild fails on an import of node: or of a Node built-in.
      ...{ bundle: true, write: false, metafile: true, platform: 'browser', format: 'esm', minify: true },
    });
    const inputs = Object.keys(metafile.inputs).filter((path) => path !== '<stdin>');
    expect(inputs.filter((path) => !path.startsWith('shared/') && !path.startsWith('node_modules/valibot/'))).toEqual(
      [],
    );
    expect(outputFiles[0]?.text).not.toMatch(/\b(?:require|process|Buffer)\b/);
  });
});
