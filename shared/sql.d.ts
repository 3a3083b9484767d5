/** Migrations are bundled as text (esbuild `--loader:.sql=text`). */
declare module '*.sql' {
  const sql: string;
  export default sql;
}
