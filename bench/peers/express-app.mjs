/**
 * The same start of a recording as somebody would write it today: express, zod, pg and the official client as it comes,
 * with a row written before the call and one after it.
 */
const startedAtMs = performance.now();
const { default: express } = await import('express');
const { default: pg } = await import('pg');
const { default: OpenApi } = await import('@alicloud/openapi-client');
const { default: Util } = await import('@alicloud/tea-util');
const { default: OpenApiUtil } = await import('@alicloud/openapi-util');
const { StartRecordTask } = await import('./zod-model.mjs');
const { answerFirst } = await import('./first-request.mjs');
const importMs = performance.now() - startedAtMs;

const first = JSON.parse(process.argv[2]);
const credentials = JSON.parse(process.env.BENCH_CREDENTIALS ?? '{}');
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });

const app = express();
app.use(express.json({ limit: '1mb' }));
app.post('/record-tasks', async (request, response) => {
  const parsed = StartRecordTask.safeParse(request.body);
  if (!parsed.success) return response.status(400).json(parsed.error.issues);
  if (request.query.dryRun === 'true') return response.json(OpenApiUtil.default.query(parsed.data));
  const { AppId, TaskId } = parsed.data;
  await pool.query('insert into peer_tasks (app_id, task_id, state, parameters) values ($1, $2, $3, $4)', [
    AppId,
    TaskId,
    'starting',
    JSON.stringify(parsed.data),
  ]);
  const client = new OpenApi.default(
    new OpenApi.Config({ ...credentials, endpoint: process.env.RTC_ENDPOINT, protocol: 'http' }),
  );
  const params = new OpenApi.Params({
    ...{ action: 'StartRecordTask', version: '2018-01-11', protocol: 'http', pathname: '/', method: 'POST' },
    ...{ authType: 'AK', style: 'RPC', reqBodyType: 'formData', bodyType: 'json' },
  });
  const query = OpenApiUtil.default.query(parsed.data);
  const { body } = await client.callApi(params, new OpenApi.OpenApiRequest({ query }), new Util.RuntimeOptions({}));
  await pool.query('update peer_tasks set state = $3 where app_id = $1 and task_id = $2', [AppId, TaskId, 'recording']);
  response.status(201).json(body);
});

answerFirst(app, { ...first, importMs });
