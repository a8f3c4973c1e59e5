import { defineConfig } from 'rolldown';
import license from 'rollup-plugin-license';

/** The command in few files, with what it needs inside: a short command's time is the time of loading modules. */
export default defineConfig({
  input: { main: 'src/cli/main.ts' },
  platform: 'node',
  // Clients of servers are loaded where they are needed, as the dependencies that they are.
  external: [/^node:/, '@eventstore/db-client', 'mysql2', /^mysql2\//, 'pg'],
  output: { dir: 'dist/cli', format: 'esm', chunkFileNames: 'chunks/[name]-[hash].js', minify: 'dce-only' },
  plugins: [license({ thirdParty: { output: 'dist/cli/THIRD-PARTY-LICENSES.txt' } })],
});
