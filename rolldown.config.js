import { defineConfig } from 'rolldown';
import license from 'rollup-plugin-license';

/** The command in few files, with what it needs inside: a short command's time is the time of loading modules. */
export default defineConfig({
  input: { main: 'src/cli/main.ts' },
  platform: 'node',
  external: [/^node:/, '@eventstore/db-client'],
  output: { dir: 'dist/cli', format: 'esm', chunkFileNames: 'chunks/[name]-[hash].js', minify: 'dce-only' },
  plugins: [license({ thirdParty: { output: 'dist/cli/THIRD-PARTY-LICENSES.txt' } })],
});
